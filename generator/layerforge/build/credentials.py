"""User names and passwords for the origins that they were given for, and for no other.

In the order of their rank: the URL itself, the indexes of uv's configuration and environment, netrc. Nothing here
prints: a ``Login`` shows where it comes from and never what it is.
"""

import base64
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from layerforge.build.trouble import BAD_NETRC, origin
from layerforge.diagnostics import Diagnostic, Severity
from layerforge.lock.uv_settings import IndexUrl
from layerforge.paths import expanded

_NAMED: Final = re.compile(r"(?P<name>[A-Za-z0-9._-]+)=(?P<url>.*)")
_VARIABLES: Final = ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_INDEX", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS")


@dataclass(frozen=True, kw_only=True, slots=True)
class Login:
    """A user name and a password.

    Attributes:
        user: may be a token.
        password: may be empty.
        source: where they were found, for messages.
    """

    user: str = field(repr=False)
    password: str = field(repr=False)
    source: str

    def header(self) -> str:
        """Return the value of an ``Authorization`` or ``Proxy-Authorization`` header."""
        return "Basic " + base64.b64encode(f"{self.user}:{self.password}".encode()).decode("ascii")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Place:
    origin: tuple[str, str, int | None]
    path: str
    login: Login


class Credentials:
    """Finds the login for a URL.

    Attributes:
        problems: what of netrc could not be used; warnings.
    """

    def __init__(self, indexes: Iterable[IndexUrl], environ: Mapping[str, str]) -> None:
        """Gather what the environment, ``indexes`` (of uv's settings files) and netrc give."""
        known = [*_indexes_of(environ), *((index, "uv's settings") for index in indexes)]
        self._places = [place for index, source in known for place in _places(index, source, environ)]
        self._origins = {found for index, _ in known if (found := _origin(index.url)) is not None}
        self._netrc, self.problems = _read_netrc(environ)

    def login(self, url: str) -> Login | None:
        """Return what to authorize a request for ``url`` with: the best match of its origin, or nothing."""
        own = login_in(url, "its URL")
        if own is not None:
            return own
        here = origin(url)
        matches = [place for place in self._places if place.origin == here]
        if matches:
            return max(matches, key=lambda place: _common(place.path, urlsplit(url).path)).login
        found = self._netrc.get(here[1])
        return found if found is not None or here not in self._origins else self._netrc.get("")


def login_in(url: str, source: str) -> Login | None:
    """Return the user and password that a URL carries."""
    parts = urlsplit(url)
    if not parts.username and not parts.password:
        return None
    return Login(user=unquote(parts.username or ""), password=unquote(parts.password or ""), source=source)


def _indexes_of(environ: Mapping[str, str]) -> Iterator[tuple[IndexUrl, str]]:
    """Yield the indexes that uv's variables name, and the variable, in the order of their rank."""
    for variable in _VARIABLES:
        text = environ.get(variable, "")
        for word in text.replace(",", " ").split() if variable == "UV_FIND_LINKS" else text.split():
            named = _NAMED.fullmatch(word)
            name, url = (named["name"], named["url"]) if named else (None, word)
            yield IndexUrl(name=name, url=url), f"`{variable}`"


def _places(index: IndexUrl, source: str, environ: Mapping[str, str]) -> Iterator[_Place]:
    where = _origin(index.url)
    if where is not None:
        written = login_in(index.url, source)
        login = _named_login(index.name, written, environ) or written
        if login is not None:
            yield _Place(origin=where, path=urlsplit(index.url).path, login=login)


def _named_login(name: str | None, written: Login | None, environ: Mapping[str, str]) -> Login | None:
    """Return the login of ``UV_INDEX_<NAME>_USERNAME`` and ``_PASSWORD``; the URL's user serves for a missing one."""
    if name is None:
        return None
    stem = f"UV_INDEX_{re.sub('[^A-Z0-9]', '_', name.upper())}"
    user, password = environ.get(f"{stem}_USERNAME"), environ.get(f"{stem}_PASSWORD")
    if user is None and password is None:
        return None
    user = user if user is not None else written.user if written is not None else ""
    return Login(user=user, password=password or "", source=f"`{stem}_USERNAME` and `{stem}_PASSWORD`")


def _common(one: str, other: str) -> int:
    """Return how many path components two paths have in common from the start."""
    pairs = zip(one.split("/"), other.split("/"), strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _origin(url: str) -> tuple[str, str, int | None] | None:
    try:
        found = origin(url)
    except ValueError:
        return None
    return found if found[0] in {"http", "https"} else None


def _read_netrc(environ: Mapping[str, str]) -> tuple[dict[str, Login], tuple[Diagnostic, ...]]:
    """Return the logins of the netrc file by host (``""`` for its ``default``), and why they cannot be used."""
    path = _netrc_path(environ)
    if path is None:
        return {}, ()
    import netrc  # noqa: PLC0415 - most people have none

    try:
        parsed = netrc.netrc(path)
    except FileNotFoundError:
        reason = "there is no such file"
    except OSError as error:
        reason = str(error.strerror)
    except netrc.NetrcParseError as error:
        reason = f"it cannot be understood near line {error.lineno}"
    except UnicodeDecodeError:
        reason = "it is not UTF-8"
    else:
        hosts = parsed.hosts.items()
        source = f"`{path}`"
        logins = {host: Login(user=item[0], password=item[2] or "", source=source) for host, item in hosts}
        if "default" in logins:
            logins[""] = logins.pop("default")
        return logins, _too_open(path)
    warning = Diagnostic(
        code=BAD_NETRC,
        severity=Severity.WARNING,
        message=f"the netrc file `{path}` cannot be used: {reason}",
        hint="mend the file, or set `NETRC` to another one",
    )
    return {}, (warning,)


def _netrc_path(environ: Mapping[str, str]) -> Path | None:
    named = environ.get("NETRC")
    if named:
        return expanded(named)
    home = environ.get("HOME")
    found = (Path(home, name) for name in (".netrc", "_netrc")) if home else ()
    return next((path for path in found if os.path.lexists(path)), None)


def _too_open(path: Path) -> tuple[Diagnostic, ...]:
    """Warn of a netrc file that others can read."""
    if not path.stat().st_mode & 0o077:
        return ()
    warning = Diagnostic(
        code=BAD_NETRC,
        severity=Severity.WARNING,
        message=f"the netrc file `{path}` can be read by other users",
        hint=f"`chmod 600 {path}`",
    )
    return (warning,)
