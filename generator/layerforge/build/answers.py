"""What a server's answer means where it is not the wheel."""

import http
import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

from layerforge.build import trouble
from layerforge.build.partial import Partial
from layerforge.build.proxies import proxy_refused
from layerforge.build.trouble import Trouble, shown, shown_origin
from layerforge.diagnostics import Diagnostic
from layerforge.lock.types import Pin

if TYPE_CHECKING:
    from layerforge.build.http import Answer

_PASSING: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
_LOGIN: Final = (
    "give them in the index's URL, in `UV_INDEX_<NAME>_USERNAME` and `UV_INDEX_<NAME>_PASSWORD`,"
    " or in a netrc line for that host (no keyring is read)"
)


def refused(answer: "Answer", warnings: tuple[Diagnostic, ...]) -> Trouble:
    """Say what a status other than the wanted one means.

    Args:
        answer: the server's.
        warnings: of netrc, which may explain missing credentials.
    """
    host = shown_origin(answer.url)
    known = f"the credentials from {answer.login.source}" if answer.login is not None else "none are known for it"
    notes = (*_redirected(answer), *(item.message for item in warnings))
    match answer.status:
        case 401 if answer.login is None:
            reason = f"`{host}` wants credentials, and {known} (401)"
            return Trouble(trouble.NOT_ALLOWED, reason, hint=_LOGIN, notes=notes)
        case 401:
            reason = f"`{host}` does not accept {known} (401)"
            return Trouble(trouble.NOT_ALLOWED, reason, hint="renew them there: tokens expire", notes=notes)
        case 403:
            reason = f"`{host}` does not allow it (403)"
            which = f"asked with {known}" if answer.login is not None else "asked without credentials"
            return Trouble(
                trouble.NOT_ALLOWED,
                reason,
                hint=f"credentials that may read are needed: {_LOGIN}",
                notes=(which, *notes),
            )
        case 407 if answer.proxy is not None:
            return proxy_refused(answer.proxy)
        case 404 | 410:
            hint = (
                "it was taken away from the index: bring it back, or let `layerforge lock --upgrade` choose another;"
                " some indexes answer so to who lacks credentials"
            )
            return Trouble(trouble.NOT_FOUND, f"there is no such file ({answer.status})", hint=hint, notes=notes)
    return Trouble(
        trouble.SERVER_FAILED,
        f"`{host}` answered {answer.status} {_phrase(answer.status)}".rstrip(),
        hint="try again later" if answer.status in _PASSING else None,
        notes=_redirected(answer),
        again=answer.status in _PASSING,
        after=_retry_after(answer.headers.get("Retry-After", "")),
    )


def wrong_bytes(pin: Pin, answer: "Answer | None", partial: Partial) -> Trouble:
    """Say what came instead of the wheel.

    Args:
        pin: what was wanted.
        answer: the server's; ``None`` for a file.
        partial: what came.
    """
    notes = _redirected(answer) if answer is not None else ()
    first = partial.first(512).lstrip().lower()
    if first.startswith((b"<!doctype html", b"<html")):
        host = shown_origin(answer.url) if answer is not None else "there"
        hint = f"`{host}` may want credentials: {_LOGIN}" if answer is not None else None
        reason = "an HTML page came instead of the wheel, as a login page would"
        return Trouble(trouble.HTML_PAGE, reason, hint=hint, notes=notes)
    encoding = answer.headers.get("Content-Encoding", "identity") if answer is not None else "identity"
    if encoding != "identity":
        notes += (f"the answer was encoded as `{encoding}`, which was not asked for",)
    reason = f"its sha256 is {partial.sha256}, where the lock says {pin.sha256} ({partial.size:,} bytes came)"
    hint = (
        "the file was replaced since it was locked, or something on the way alters it: ask who runs the index,"
        f" and only then take the new one with `layerforge lock --upgrade {pin.name}`"
    )
    may_be_cut = answer is not None and not {"content-length", "transfer-encoding"} & {*map(str.lower, answer.headers)}
    return Trouble(trouble.WRONG_BYTES, reason, hint=hint, notes=notes, again=may_be_cut)


def _redirected(answer: "Answer") -> tuple[str, ...]:
    return (f"redirected to `{shown(answer.url)}`",) if answer.redirected else ()


def _phrase(status: int) -> str:
    try:
        return http.HTTPStatus(status).phrase
    except ValueError:
        return ""


def _retry_after(text: str) -> float | None:
    """Return how many seconds a server asks to wait: it says a number or a date."""
    if text.strip().isdecimal():
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (OverflowError, ValueError):  # no date, or one that no clock here knows
        return None
