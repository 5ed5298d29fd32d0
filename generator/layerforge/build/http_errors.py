"""What urllib3 raises, in our words. Its exceptions show URLs and headers, so none goes further, nor as a chain."""

import contextlib
import http.client
import socket
import ssl
from collections.abc import Iterator

from urllib3 import exceptions

from layerforge.build import trouble
from layerforge.build.proxies import Proxy, proxy_refused
from layerforge.build.trouble import Trouble, shown_origin


@contextlib.contextmanager
def in_our_words(url: str, proxy: Proxy | None, trust: str) -> Iterator[None]:
    """Turn what urllib3 raises into ``Trouble``, without a chain.

    Args:
        url: what was asked for.
        proxy: what it was asked through.
        trust: where the believed authorities come from.
    """
    found: Trouble | None = None
    try:
        yield
    except (exceptions.HTTPError, http.client.HTTPException, OSError, ValueError) as error:
        found = _translate(error, url, proxy, trust)
    if found is not None:
        raise found


def _translate(error: BaseException, url: str, proxy: Proxy | None, trust: str) -> Trouble:
    """Say what an exception means. Its own text is never used: it may hold URLs and headers."""
    inner = _innermost(error)
    host = shown_origin(proxy.url if proxy is not None else url)
    where = f"the proxy `{host}` (`{proxy.source}`)" if proxy is not None else f"`{host}`"
    if proxy is not None and "Tunnel connection failed: 407" in str(inner):
        return proxy_refused(proxy)
    if isinstance(inner, ssl.SSLError):
        return _distrust(inner, url, trust)
    if isinstance(error, exceptions.IncompleteRead | exceptions.ProtocolError | http.client.HTTPException):
        return Trouble(trouble.BROKE_OFF, f"{where} closed the connection too early", again=True)
    if isinstance(error, exceptions.LocationParseError | exceptions.LocationValueError | exceptions.URLSchemeUnknown):
        return Trouble(trouble.BAD_URL, "that is no URL that can be fetched")
    reason, again = _reason(error, inner)
    hint = "check the network" if proxy is not None else "check the network; behind a proxy, set `HTTPS_PROXY`"
    return Trouble(trouble.UNREACHABLE, f"{where} {reason}", hint=hint, again=again)


def _reason(error: BaseException, inner: BaseException) -> tuple[str, bool]:
    """Return why there is no connection, and whether another attempt may help."""
    if isinstance(inner, socket.gaierror):
        return "is not known: the name does not resolve", inner.errno == socket.EAI_AGAIN
    if isinstance(inner, ConnectionRefusedError):
        return "refuses connections", True
    if isinstance(error, exceptions.ReadTimeoutError):
        return "stopped answering", True
    if isinstance(inner, TimeoutError | exceptions.ConnectTimeoutError):
        return "did not accept a connection in time", True
    if isinstance(inner, OSError) and inner.strerror:
        return f"cannot be reached: {inner.strerror}", True
    return "cannot be reached", True


def _distrust(inner: ssl.SSLError, url: str, trust: str) -> Trouble:
    host = shown_origin(url)
    if isinstance(inner, ssl.SSLCertVerificationError):
        return Trouble(
            trouble.NOT_TRUSTED,
            f"the certificate of `{host}` is not trusted: {inner.verify_message}",
            hint="if a private authority signed it (an inspecting proxy, an own index), name its file: `SSL_CERT_FILE`",
            notes=(f"certificates are checked against {trust}",) if trust else (),
        )
    reason = (inner.reason or "no secure connection").replace("_", " ").lower()
    return Trouble(trouble.NOT_TRUSTED, f"there is no secure connection to `{host}`: {reason}")


def _innermost(error: BaseException) -> BaseException:
    """Follow an exception to its first cause."""
    seen = [error]
    while True:
        last = seen[-1]
        arguments = (item for item in reversed(last.args) if isinstance(item, BaseException))
        following = getattr(last, "original_error", None) or last.__cause__ or next(arguments, None)
        if not isinstance(following, BaseException) or following in seen:
            return last
        seen.append(following)
