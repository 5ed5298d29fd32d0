"""The content store: wheels by digest, each checked in full when it came in, with its member index beside it.

``wheels/<aa>/<sha256>/<file>.whl`` and ``<file>.idx``; ``incoming/`` holds what is on its way. A wheel is in the store
when both are there. Every file gets its name by one rename when it is whole, and locks end with their holders, so
processes may come, go and be killed as they like.
"""

import contextlib
import errno
import hashlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from layerforge.build.index import WheelIndex, dump_index, load_index
from layerforge.build.partial import Partial, open_partial
from layerforge.build.upkeep import INDEX_SUFFIX, SIZE, Pruned, prune_store, verify_store
from layerforge.diagnostics import Diagnostic, FindingsError, OutsideError
from layerforge.files import disk_problem, write_atomically
from layerforge.lock.types import Pin
from layerforge.names import SHA256

_TOUCH_AFTER: Final = 300
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredWheel:
    """A wheel that is in the store.

    Attributes:
        pin: what names it.
        path: where it lies.
        index: its members.
    """

    pin: Pin
    path: Path
    index: WheelIndex


class Store:
    """A content store in a folder, which need not exist yet."""

    def __init__(self, root: Path) -> None:
        """Use ``root``; nothing is read or written yet."""
        self.root = root
        self._open: dict[Pin, StoredWheel] = {}

    def path_of(self, pin: Pin) -> Path:
        """Return where the wheel of ``pin`` lies, or would lie.

        Raises:
            FindingsError: ``STORE003`` the pin names no wheel.
        """
        safe = SHA256.fullmatch(pin.sha256) and pin.file.endswith(".whl") and pin.file.isprintable()
        if not safe or pin.file.startswith(".") or "/" in pin.file or "\\" in pin.file:
            raise FindingsError(_no_wheel(pin))
        return self.root / "wheels" / pin.sha256[:2] / pin.sha256 / pin.file

    def has(self, pin: Pin) -> bool:
        """Return whether the wheel is here, checked in full by this version of the check."""
        return self._find(pin) is not None

    def open_wheel(self, pin: Pin) -> StoredWheel:
        """Return the wheel of ``pin``.

        Raises:
            OutsideError: ``STORE002`` it is not here.
        """
        found = self._find(pin)
        if found is None:
            raise OutsideError(_not_here(pin, self.root))
        return found

    def receive(self, pin: Pin, bring: Callable[[Partial], None], *, arrived: Callable[[], None] | None = None) -> None:
        """Bring a wheel into the store, unless another process does so first.

        Args:
            pin: what names it.
            bring: fills the file with the rest of the wheel's bytes, or raises.
            arrived: called again and again while another process brings the same wheel; may raise to end the wait.

        Raises:
            OutsideError: ``STORE001`` the disk refused, ``STORE004`` the bytes are not those of the pin.
            FindingsError: ``WHEEL…`` it is no wheel that can be used.
        """

        def is_here() -> bool:
            if arrived is not None:
                arrived()
            return self.has(pin)

        target = self.path_of(pin)
        try:
            incoming = self.root / "incoming"
            incoming.mkdir(parents=True, exist_ok=True)
            with open_partial(incoming, pin.sha256, arrived=is_here) as partial:
                if partial is not None:
                    self._gather(pin, partial, target, bring)
        except OSError as error:
            raise OutsideError(disk_problem(error, self.root, code="STORE001")) from error

    def adopt(self, pin: Pin) -> bool:
        """Check a wheel that lies at its place without an index of this version, and return whether it is here now."""
        if self.has(pin):
            return True
        path = self.path_of(pin)
        try:
            with path.open("rb") as stream:
                if hashlib.file_digest(stream, "sha256").hexdigest() != pin.sha256:
                    return False
            self._write_index(pin, path, path)
        except FileNotFoundError:
            return False
        except OSError as error:
            raise OutsideError(disk_problem(error, path, code="STORE001", verb="read")) from error
        return self.has(pin)

    def verify(self, *, drop: bool = False) -> tuple[Diagnostic, ...]:
        """Hash every wheel again and report what is damaged; with ``drop``, remove it, so that it is fetched anew."""
        return verify_store(self.root, drop=drop)

    def prune(self, *, keep_days: float | None = None, max_bytes: int | None = None, dry_run: bool = False) -> Pruned:
        """Remove what was not used for ``keep_days``, then the longest unused until at most ``max_bytes`` are left."""
        return prune_store(self.root, keep_days=keep_days, max_bytes=max_bytes, dry_run=dry_run)

    def _find(self, pin: Pin) -> StoredWheel | None:
        known = self._open.get(pin)
        if known is not None:
            return known
        path = self.path_of(pin)
        index_path = path.with_suffix(INDEX_SUFFIX)
        try:
            data = index_path.read_bytes()
            size = path.stat().st_size
            index = load_index(data[SIZE.size :]) if data[: SIZE.size] == SIZE.pack(size) else None
        except (OSError, ValueError):
            return None
        if index is None:
            return None
        _touch(index_path)
        return self._open.setdefault(pin, StoredWheel(pin=pin, path=path, index=index))

    def _gather(self, pin: Pin, partial: Partial, target: Path, bring: Callable[[Partial], None]) -> None:
        """Fill, check and enter, and leave nothing behind but bytes that can be resumed from."""
        try:
            if self.adopt(pin):
                partial.drop()
                return
            self._fill(pin, partial, bring)
            self._enter(pin, partial, target)
        finally:
            if partial.size == 0:
                partial.drop()

    def _fill(self, pin: Pin, partial: Partial, bring: Callable[[Partial], None]) -> None:
        """Have ``partial`` filled with the bytes of ``pin``. A full disk gets back what was written of them."""
        if partial.sha256 == pin.sha256:
            return
        try:
            bring(partial)
        except OSError as error:
            if error.errno in _FULL:
                partial.drop()
            raise
        if partial.sha256 != pin.sha256:
            partial.drop()
            raise OutsideError(_wrong_bytes(pin, partial))

    def _enter(self, pin: Pin, partial: Partial, target: Path) -> None:
        """Check a whole wheel and give it and its index their names, the wheel first."""
        partial.sync()
        try:
            index = self._check(pin, partial.path)
        except FindingsError:
            partial.drop()
            raise
        _move(partial.path, target)
        self._write(index, target)

    def _check(self, pin: Pin, path: Path) -> WheelIndex:
        from layerforge.build.wheel import check_wheel  # noqa: PLC0415 - once a wheel, not once a build

        return check_wheel(path, pin)

    def _write_index(self, pin: Pin, path: Path, target: Path) -> None:
        self._write(self._check(pin, path), target)

    def _write(self, index: WheelIndex, target: Path) -> None:
        # An index that a power failure damages is noticed when it is read, and made anew.
        with write_atomically(target.with_suffix(INDEX_SUFFIX), durable=False) as stream:
            stream.write(SIZE.pack(target.stat().st_size) + dump_index(index))


def _move(source: Path, target: Path) -> None:
    """Rename, and make the folder for it, again if ``prune`` just took the empty folder away."""
    while True:
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.replace(source, target)  # noqa: PTH105 - a boundary that tests count
        except FileNotFoundError:
            if not source.exists():
                raise
        else:
            return


def _touch(path: Path) -> None:
    """Note that a wheel is in use, for ``prune``; not more often than needed, and not where one may not write."""
    now = time.time()
    with contextlib.suppress(OSError):
        if now - path.stat().st_mtime > _TOUCH_AFTER:
            os.utime(path, (now, now))


def _no_wheel(pin: Pin) -> Diagnostic:
    return Diagnostic(
        code="STORE003",
        message=f"the lock gives `{pin.name}` the file {pin.file!r} with the sha256 {pin.sha256!r}: that is no wheel",
        hint="mend the lock file, or write it anew with `layerforge lock`",
    )


def _not_here(pin: Pin, root: Path) -> Diagnostic:
    return Diagnostic(
        code="STORE002",
        message=f"`{pin.file}` is not in the store `{root}`",
        hint="run the command again: what is missing is fetched first",
    )


def _wrong_bytes(pin: Pin, partial: Partial) -> Diagnostic:
    return Diagnostic(
        code="STORE004",
        message=f"`{pin.file}` has the sha256 {partial.sha256}, where the lock says {pin.sha256}",
        hint="nothing was kept of it; fetch it from where the lock was made",
    )
