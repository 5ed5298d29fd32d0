"""Which proxy a URL is asked through: uv's settings, ``HTTPS_PROXY``, ``HTTP_PROXY``, ``ALL_PROXY``; ``NO_PROXY``."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from layerforge.build.credentials import Login, login_in
from layerforge.build.trouble import BAD_PROXY, PROXY_REFUSED, Trouble, origin, shown_origin

_HOST: Final = re.compile(r"[\w.:%-]+")  # a name or an address, of version 6 too


@dataclass(frozen=True, kw_only=True, slots=True)
class Proxy:
    """A proxy.

    Attributes:
        url: without user and password.
        login: its user and password.
        source: the variable or setting that names it.
    """

    url: str
    login: Login | None
    source: str


def proxy_for(url: str, environ: Mapping[str, str], settings: Mapping[str, object]) -> Proxy | None:
    """Return the proxy to use for ``url``, or nothing.

    Args:
        url: what is asked for.
        environ: the lower-case form of a variable ranks first, as everywhere; an empty one says "none".
        settings: ``http-proxy``, ``https-proxy`` and ``no-proxy`` of uv's settings files.

    Raises:
        Trouble: ``NET015`` the proxy's URL cannot be used.
    """
    scheme, host, port = origin(url)
    named = _named(scheme, environ, settings)
    if named is None or _excepted(host, port, _exceptions(environ, settings)):
        return None
    source, text = named
    text = text if "://" in text else f"http://{text}"
    try:
        proxy = urlsplit(text)
        named_well = proxy.hostname is not None and _HOST.fullmatch(proxy.hostname) is not None
        usable = proxy.scheme in {"http", "https"} and named_well and (proxy.port is None or proxy.port > 0)
    except ValueError:
        usable = False
    if not usable:
        hint = f"set `{source}` to `http://<host>:<port>`; other kinds of proxies, such as SOCKS, are not supported"
        raise Trouble(BAD_PROXY, f"the proxy that `{source}` names cannot be used", hint=hint)
    return Proxy(url=shown_origin(text), login=login_in(text, f"`{source}`"), source=source)


def proxy_refused(proxy: Proxy) -> Trouble:
    """Say that a proxy answered 407."""
    form = f"`{proxy.source}`: `http://<user>:<password>@<host>:<port>`, special characters as `%40`"
    where = f"the proxy `{proxy.url}` (`{proxy.source}`)"
    if proxy.login is None:
        return Trouble(PROXY_REFUSED, f"{where} wants a user name and a password (407)", hint=f"write them into {form}")
    reason = f"{where} does not accept the user name and password in that variable (407)"
    return Trouble(PROXY_REFUSED, reason, hint=f"mend them in {form}")


def _named(scheme: str, environ: Mapping[str, str], settings: Mapping[str, object]) -> tuple[str, str] | None:
    setting = settings.get(f"{scheme}-proxy")
    if isinstance(setting, str) and setting:
        return f"{scheme}-proxy", setting
    for name in (f"{scheme}_proxy", f"{scheme.upper()}_PROXY", "all_proxy", "ALL_PROXY"):
        if name in environ:
            return (name, environ[name]) if environ[name] else None
    return None


def _exceptions(environ: Mapping[str, str], settings: Mapping[str, object]) -> list[str]:
    setting = settings.get("no-proxy")
    if isinstance(setting, list):
        return [str(item) for item in setting]
    text = environ.get("no_proxy", environ.get("NO_PROXY", ""))
    return [word for word in text.replace(",", " ").split() if word]


def _excepted(host: str, port: int | None, exceptions: list[str]) -> bool:
    """Whether ``host`` is one of ``exceptions``: names with their subdomains, addresses, networks, or ``*`` for all."""
    for exception in exceptions:
        if exception == "*" or _is_in_network(host, exception):
            return True
        name, colon, wanted = exception.rpartition(":")
        if not colon or not wanted.isdigit() or ":" in name:
            name, wanted = exception, ""
        if wanted and port is not None and int(wanted) != port:
            continue
        name = name.strip("[]").removeprefix("*").lstrip(".").lower()
        if name and (host == name or host.endswith(f".{name}")):
            return True
    return False


def _is_in_network(host: str, network: str) -> bool:
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False
