"""Brings one wheel's bytes: by HTTP with retries and resumption, or from a folder. The digest decides what is right."""

import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit
from urllib.request import url2pathname

from layerforge.build import trouble
from layerforge.build.answers import refused, wrong_bytes
from layerforge.build.partial import Partial
from layerforge.build.patience import Patience
from layerforge.build.trouble import Trouble, origin, shown_origin
from layerforge.lock.types import Pin

if TYPE_CHECKING:
    from layerforge.build.http import Answer, Transport

PATIENCE: Final = Patience()
_LARGEST: Final = 4 << 30
"""Bytes: no wheel of any index is larger, and no disk shall be filled by a server that does not stop."""

_CHUNK: Final = 1 << 18
_CONTENT_RANGE: Final = re.compile(r"bytes (?P<first>[0-9]{1,18})-[0-9]+/(?:[0-9]+|\*)")


class Stopped(Exception):  # noqa: N818 - nothing went wrong
    """The work was called off."""


class Downloader:
    """Fills partial files, from several threads at once."""

    def __init__(
        self, transport: "Transport | None", patience: Patience, *, stop: threading.Event, count: Callable[[int], None]
    ) -> None:
        """Use ``transport``, which files need not, until ``stop`` is set, and ``count`` the bytes that come in."""
        self._transport = transport
        self._patience = patience
        self._stop = stop
        self._count = count
        self._down: set[str] = set()

    def look(self) -> None:
        """Raise ``Stopped`` if the work was called off."""
        if self._stop.is_set():
            raise Stopped

    def bring(self, pin: Pin, url: str, partial: Partial) -> None:
        """Fill ``partial`` with the wheel that lies at ``url``.

        Raises:
            Trouble: it cannot be had.
            Stopped: the work was called off.
        """
        if _scheme(url) == "file":
            self._copy(pin, url, partial)
            return
        failures, furthest = 0, partial.size
        while True:
            try:
                self._attempt(pin, url, partial)
            except Trouble as found:
                failures = 1 if partial.size > furthest else failures + 1
                furthest = max(furthest, partial.size)
                self._pause(found, url, failures)
            else:
                return

    def _pause(self, found: Trouble, url: str, failures: int) -> None:
        """Wait before another attempt, or raise what was found if there is no point in one."""
        patience, host = self._patience, shown_origin(url)
        asked = found.after or 0.0
        if asked > patience.longest_wait:
            found.notes += (f"it asks to wait {asked:,.0f} s; at most {patience.longest_wait:,.0f} s are waited for",)
        elif found.again and failures < patience.attempts and host not in self._down:
            own = min(patience.first_pause * 2 ** (failures - 1), patience.longest_pause)
            if self._stop.wait(max(own, asked)):
                raise Stopped
            return
        elif failures > 1:
            found.notes += (f"gave up after {failures} attempts",)
        if found.code == trouble.UNREACHABLE:
            self._down.add(host)
        raise found

    def _attempt(self, pin: Pin, url: str, partial: Partial) -> None:
        """Ask for what is missing, and once more for all if that does not fit what is there."""
        resumed = partial.size > 0
        headers = {"Range": f"bytes={partial.size}-"} if resumed else {}
        transport = self._transport
        if transport is None:
            raise Trouble(trouble.BAD_URL, "there is no network in this run")
        with transport.get(url, headers) as answer:
            if answer.status == 200 or (resumed and _continues(answer, partial.size)):
                if answer.status == 200:
                    partial.restart()
                self._read(answer, partial)
                if partial.sha256 == pin.sha256:
                    return
                found = wrong_bytes(pin, answer, partial)
            else:
                found = refused(answer, transport.warnings)
        fits = answer.status not in {206, 416}
        if fits or partial.size == 0:
            partial.restart()
        if fits or not resumed:
            raise found
        partial.restart()
        self._attempt(pin, url, partial)

    def _read(self, answer: "Answer", partial: Partial) -> None:
        """Append the body."""
        promised = answer.headers.get("Content-Length", "")
        most = partial.size + int(promised[:20]) if promised.isdecimal() else _LARGEST  # Python refuses endless digits
        if most > _LARGEST:
            raise Trouble(trouble.TOO_LONG, f"it is said to have {most:,} bytes, which no wheel has")
        for chunk in answer.chunks():
            self.look()
            if partial.size + len(chunk) > most:
                partial.restart()
                raise Trouble(trouble.TOO_LONG, f"more than {most:,} bytes came, which no wheel has")
            partial.write(chunk)
            self._count(len(chunk))

    def _copy(self, pin: Pin, url: str, partial: Partial) -> None:
        """Copy a wheel out of a folder."""
        partial.restart()
        for chunk in _chunks_of(url, pin):
            self.look()
            partial.write(chunk)
            self._count(len(chunk))
        if partial.sha256 != pin.sha256:
            found = wrong_bytes(pin, None, partial)
            partial.restart()
            raise found


def _scheme(url: str) -> str:
    """Return the scheme of a URL that can be fetched.

    Raises:
        Trouble: ``NET017`` it cannot.
    """
    try:
        scheme, host, _ = origin(url)
    except ValueError:
        scheme, host = "", ""
    if scheme == "file" or (scheme in {"http", "https"} and host):
        return scheme
    raise Trouble(trouble.BAD_URL, "that is no URL that can be fetched: it wants `https://`, `http://` or `file://`")


def _continues(answer: "Answer", size: int) -> bool:
    """Whether an answer goes on where ``size`` bytes end."""
    found = _CONTENT_RANGE.fullmatch(answer.headers.get("Content-Range", ""))
    return answer.status == 206 and found is not None and int(found["first"]) == size


def _chunks_of(url: str, pin: Pin) -> Iterator[bytes]:
    """Yield the bytes of the file that a ``file:`` URL names.

    Raises:
        Trouble: ``NET012`` it cannot be read.
    """
    parts = urlsplit(url)
    reason = ""
    if parts.netloc not in {"", "localhost"}:
        reason = f"files of the other machine `{parts.netloc}` cannot be read"
    else:
        try:
            with Path(url2pathname(parts.path)).open("rb", buffering=0) as stream:
                while chunk := stream.read(_CHUNK):
                    yield chunk
        except FileNotFoundError:
            reason = "there is no such file"
        except OSError as error:
            reason = f"it cannot be read: {error.strerror}"
    if reason:
        hint = f"bring the file back, or let `layerforge lock --upgrade {pin.name}` choose among those that are there"
        raise Trouble(trouble.NO_FILE, reason, hint=hint)
