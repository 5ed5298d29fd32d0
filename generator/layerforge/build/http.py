"""HTTP for downloads: one pool of connections, credentials by origin, redirects that give nothing away.

urllib3 is used bare: its own retries, redirects and decoding are off.
"""

import contextlib
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urldefrag

import urllib3

from layerforge.build import trouble
from layerforge.build.credentials import Credentials, Login
from layerforge.build.http_errors import in_our_words
from layerforge.build.patience import Patience
from layerforge.build.proxies import Proxy, proxy_for
from layerforge.build.redirects import follow
from layerforge.build.trouble import Trouble, shown
from layerforge.build.trust import trust_context, trust_source
from layerforge.diagnostics import Diagnostic
from layerforge.lock.url_text import without_credentials
from layerforge.lock.uv_settings import find_indexes, find_settings

if TYPE_CHECKING:
    from urllib3.response import BaseHTTPResponse

logging.getLogger("urllib3").setLevel(logging.WARNING)  # below that it tells whole URLs, signatures included

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS: Final = 10
_POOLS: Final = 50
_CHUNK: Final = 1 << 18
_DAY: Final = 86_400.0
"""Seconds: nobody waits longer, and sockets refuse what is much longer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What a server answered to a request for a file; its body is still to be read.

    Attributes:
        url: what answered, after redirects.
        status: the HTTP status.
        headers: of the answer; names in any case.
        login: what the request was authorized with.
        proxy: what it went through.
        redirected: whether ``url`` is another than was asked for.
        response: urllib3's.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    login: Login | None
    proxy: Proxy | None
    redirected: bool
    response: "BaseHTTPResponse"

    def chunks(self) -> Iterator[bytes]:
        """Yield the body as it comes in, undecoded.

        Raises:
            Trouble: the connection broke, or ended before the promised length.
        """
        while True:
            with in_our_words(self.url, None, ""):
                chunk = self.response.read1(_CHUNK, decode_content=False)
            if not chunk:
                return
            yield chunk


class Transport:
    """Asks servers for files, from several threads at once."""

    def __init__(
        self,
        credentials: Credentials,
        environ: Mapping[str, str],
        settings: Mapping[str, object],
        *,
        connections: int,
        patience: Patience,
    ) -> None:
        """Open no connection yet.

        Args:
            credentials: of the origins.
            environ: for proxies and certificates.
            settings: uv's, for proxies.
            connections: how many threads there are.
            patience: for connecting and for each read.

        Raises:
            OutsideError: ``NET014`` a variable names certificates that cannot be read.
        """
        self._credentials = credentials
        self._environ = environ
        self._settings = settings
        self._options: dict[str, Any] = {
            "ssl_context": trust_context(environ),
            "maxsize": connections,
            "num_pools": _POOLS,
            "timeout": urllib3.Timeout(connect=patience.connect, read=patience.read),
            "retries": False,
        }
        self._trust = trust_source(environ)
        self._direct = urllib3.PoolManager(**self._options)
        self._proxied: dict[Proxy, urllib3.PoolManager] = {}

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What of the credentials could not be read."""
        return self._credentials.problems

    @contextlib.contextmanager
    def get(self, url: str, headers: Mapping[str, str]) -> Iterator[Answer]:
        """Ask for ``url`` and follow redirects; close the answer when the block ends.

        Raises:
            Trouble: no server answered, or a redirect leads where one must not follow.
        """
        first = url
        for _ in range(_MOST_REDIRECTS + 1):
            login = self._credentials.login(url)
            proxy = proxy_for(url, self._environ, self._settings)
            response = self._ask(url, login, proxy, headers)
            try:
                if response.status not in _REDIRECTS:
                    answered = urldefrag(without_credentials(url)).url
                    yield Answer(
                        url=answered,
                        status=response.status,
                        headers=response.headers,
                        login=login,
                        proxy=proxy,
                        redirected=url != first,
                        response=response,
                    )
                    return
                url = follow(url, response.headers.get("Location"))
            finally:
                response.close()
                response.release_conn()
        raise Trouble(trouble.BAD_REDIRECT, f"more than {_MOST_REDIRECTS} redirects, the last to `{shown(url)}`")

    def _ask(
        self, url: str, login: Login | None, proxy: Proxy | None, headers: Mapping[str, str]
    ) -> "BaseHTTPResponse":
        """Send one request, authorized for the origin of this very URL."""
        sent = {"Accept-Encoding": "identity", "User-Agent": "layerforge", **headers}
        if login is not None:
            sent["Authorization"] = login.header()
        with in_our_words(url, proxy, self._trust):
            return self._pool(proxy).request(
                "GET", without_credentials(url), headers=sent, preload_content=False, redirect=False
            )

    def _pool(self, proxy: Proxy | None) -> urllib3.PoolManager:
        if proxy is None:
            return self._direct
        if proxy not in self._proxied:
            own = {"Proxy-Authorization": proxy.login.header()} if proxy.login is not None else {}
            inner = self._options["ssl_context"]
            pool = urllib3.ProxyManager(proxy.url, proxy_headers=own, proxy_ssl_context=inner, **self._options)
            self._proxied[proxy] = pool
        return self._proxied[proxy]


def open_transport(root: Path, environ: Mapping[str, str], *, connections: int, patience: Patience) -> Transport:
    """Return a transport with the credentials and proxies that uv would have in the folder ``root``.

    Raises:
        OutsideError: ``NET014`` a variable names certificates that cannot be read.
        SpecError: ``UV030`` one of uv's settings files cannot be read.
    """
    credentials = Credentials(find_indexes(root), environ)
    with contextlib.suppress(ValueError):
        seconds = float(environ.get("UV_HTTP_TIMEOUT", ""))
        patience = replace(patience, read=min(seconds, _DAY)) if seconds > 0 else patience
    settings = find_settings(root).table
    return Transport(credentials, environ, settings, connections=connections, patience=patience)
