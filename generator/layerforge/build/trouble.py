"""What goes wrong on the way to a wheel, as an exception for one attempt and as a diagnostic for the reader."""

from typing import Final
from urllib.parse import urlsplit, urlunsplit

from layerforge.diagnostics import Diagnostic
from layerforge.lock.types import Pin

UNREACHABLE: Final = "NET001"
NOT_TRUSTED: Final = "NET002"
NOT_ALLOWED: Final = "NET003"
PROXY_REFUSED: Final = "NET004"
NOT_FOUND: Final = "NET005"
SERVER_FAILED: Final = "NET006"
BROKE_OFF: Final = "NET007"
WRONG_BYTES: Final = "NET008"
HTML_PAGE: Final = "NET009"
BAD_REDIRECT: Final = "NET010"
TOO_LONG: Final = "NET011"
NO_FILE: Final = "NET012"
NO_URL: Final = "NET013"
BAD_CERTIFICATES: Final = "NET014"
BAD_PROXY: Final = "NET015"
BAD_NETRC: Final = "NET016"
BAD_URL: Final = "NET017"


class Trouble(Exception):  # noqa: N818 - it is that, and one attempt's only
    """One attempt to fetch went wrong.

    Raised ``from None`` with words of our own: the libraries' exceptions name URLs and headers.

    Attributes:
        code: the diagnostic's.
        reason: ends the sentence "cannot be fetched from <URL>: …".
        hint: how to mend it.
        notes: further lines.
        again: whether another attempt may go better.
        after: seconds that the server asks to wait before it.
    """

    def __init__(
        self,
        code: str,
        reason: str,
        *,
        hint: str | None = None,
        notes: tuple[str, ...] = (),
        again: bool = False,
        after: float | None = None,
    ) -> None:
        """Take the words as they will be shown."""
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.hint = hint
        self.notes = notes
        self.again = again
        self.after = after

    def diagnostic(self, pin: Pin, url: str) -> Diagnostic:
        """Say it of a wheel and where it was to come from."""
        return Diagnostic(
            code=self.code,
            message=f"`{pin.name}` {pin.version} cannot be fetched from `{shown(url)}`: {self.reason}",
            hint=self.hint,
            notes=self.notes,
        )


def shown(url: str) -> str:
    """Return ``url`` as it may be shown: without user, password, query (signatures stand there) and fragment."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "an unreadable URL"
    host = parts.netloc.rpartition("@")[2]
    text = urlunsplit((parts.scheme, host, parts.path, "", ""))
    return f"{text}?…" if parts.query else text


def origin(url: str) -> tuple[str, str, int | None]:
    """Return scheme, host and port of ``url``: what credentials belong to.

    Raises:
        ValueError: it is no URL.
    """
    parts = urlsplit(url)
    port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    return parts.scheme, (parts.hostname or "").rstrip("."), port


def shown_origin(url: str) -> str:
    """Return ``https://host`` or ``https://host:8443`` of ``url``."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
