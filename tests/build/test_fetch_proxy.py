"""Proxies: which one is used, and what is said of one that refuses."""

import base64
from pathlib import Path

import pytest

from layerforge.build.proxies import proxy_for
from layerforge.build.trouble import Trouble
from layerforge.diagnostics import Diagnostic
from support.certificates import make_certificate
from support.fetching import Workplace
from support.file_server import dead_port, serve_files

pytestmark = pytest.mark.usefixtures("no_settings", "hasty")

GOOD = base64.b64encode(b"me:p@ss w\xc3\xb6rd").decode()


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    return Workplace(folder=tmp_path)


def with_login(url: str, login: str) -> str:
    return url.replace("http://", f"http://{login}@")


def test_http_goes_through_the_proxy(place: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    path, pin = place.wheel()
    with serve_files() as proxy:
        proxy.proxy_users = {GOOD}
        monkeypatch.setenv("HTTP_PROXY", with_login(proxy.url, "me:p%40ss%20w%C3%B6rd"))
        proxy.put("http://wheels.invalid/spam.whl", path.read_bytes())
        place.fetch({pin: "http://wheels.invalid/spam.whl"})
    assert proxy.paths() == ["http://wheels.invalid/spam.whl"]
    assert "authorization" not in proxy.asked[0].headers


def test_https_goes_through_the_proxys_tunnel(
    place: Workplace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    certificate = make_certificate(tmp_path / "tls.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    path, pin = place.wheel()
    with serve_files() as proxy, serve_files(tls=certificate) as server:
        proxy.proxy_users = {GOOD}
        monkeypatch.setenv("https_proxy", with_login(proxy.url, "me:p%40ss%20w%C3%B6rd"))
        place.fetch({pin: server.put("/spam.whl", path.read_bytes())})
        assert [item.method for item in proxy.asked] == ["CONNECT"]
        assert "proxy-authorization" not in server.asked[0].headers


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_407(place: Workplace, monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    _, pin = place.wheel()
    with serve_files() as proxy:
        proxy.proxy_users = {GOOD}
        monkeypatch.setenv(f"{scheme.upper()}_PROXY", with_login(proxy.url, "me:wrong"))
        url = f"{scheme}://wheels.invalid/spam.whl"
        found = place.failures({pin: url})
    variable = f"{scheme.upper()}_PROXY"
    assert found == (
        Diagnostic(
            code="NET004",
            message=f"`spam` 1.0 cannot be fetched from `{url}`: the proxy `{proxy.url}` (`{variable}`)"
            " does not accept the user name and password in that variable (407)",
            hint=f"mend them in `{variable}`: `http://<user>:<password>@<host>:<port>`, special characters as `%40`",
        ),
    )


def test_407_without_a_login(place: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    _, pin = place.wheel()
    with serve_files() as proxy:
        proxy.proxy_users = {GOOD}
        monkeypatch.setenv("ALL_PROXY", proxy.url)
        (found,) = place.failures({pin: "https://wheels.invalid/spam.whl"})
    assert found.message.endswith(f"the proxy `{proxy.url}` (`ALL_PROXY`) wants a user name and a password (407)")


def test_a_proxy_that_is_down(place: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    _, pin = place.wheel()
    with dead_port() as port:
        monkeypatch.setenv("HTTPS_PROXY", f"http://me:s3cret@127.0.0.1:{port}")
        found = place.failures({pin: "https://wheels.invalid/spam.whl"})
    assert found == (
        Diagnostic(
            code="NET001",
            message="`spam` 1.0 cannot be fetched from `https://wheels.invalid/spam.whl`:"
            f" the proxy `http://127.0.0.1:{port}` (`HTTPS_PROXY`) refuses connections",
            hint="check the network",
            notes=("gave up after 5 attempts",),
        ),
    )


@pytest.mark.parametrize("value", ["socks5://host:1080", "http://", "http://host:port", "ftp://host", "not a url"])
def test_a_proxy_that_cannot_be_used(place: Workplace, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    _, pin = place.wheel()
    monkeypatch.setenv("HTTPS_PROXY", value)
    assert place.failures({pin: "https://wheels.invalid/spam.whl"}) == (
        Diagnostic(
            code="NET015",
            message="`spam` 1.0 cannot be fetched from `https://wheels.invalid/spam.whl`:"
            " the proxy that `HTTPS_PROXY` names cannot be used",
            hint="set `HTTPS_PROXY` to `http://<host>:<port>`;"
            " other kinds of proxies, such as SOCKS, are not supported",
        ),
    )


def chosen(url: str, settings: dict[str, object] | None = None, **environ: str) -> str | None:
    found = proxy_for(url, environ, settings or {})
    return None if found is None else f"{found.source} {found.url}"


def test_which_proxy() -> None:
    assert chosen("https://h/") is None
    assert chosen("https://h/", https_proxy="p:1", HTTPS_PROXY="q:2") == "https_proxy http://p:1"
    assert chosen("https://h/", HTTPS_PROXY="q:2", ALL_PROXY="r:3") == "HTTPS_PROXY http://q:2"
    assert chosen("http://h/", HTTPS_PROXY="q:2", ALL_PROXY="r:3") == "ALL_PROXY http://r:3"
    assert chosen("https://h/", HTTPS_PROXY="", ALL_PROXY="r:3") is None
    assert chosen("https://h/", {"https-proxy": "http://s:4"}, HTTPS_PROXY="q:2") == "https-proxy http://s:4"


@pytest.mark.parametrize(
    ("exceptions", "url", "direct"),
    [
        ("example.com", "https://example.com/", True),
        ("example.com", "https://pkg.example.com/", True),
        (".example.com", "https://pkg.example.com/", True),
        ("*.example.com", "https://pkg.example.com/", True),
        ("example.com", "https://notexample.com/", False),
        ("EXAMPLE.com", "https://Example.COM/", True),
        ("other, example.com", "https://example.com/", True),
        ("other example.com", "https://example.com/", True),
        ("*", "https://example.com/", True),
        ("example.com:443", "https://example.com/", True),
        ("example.com:8443", "https://example.com/", False),
        ("10.0.0.0/8", "https://10.1.2.3/", True),
        ("10.0.0.0/8", "https://11.1.2.3/", False),
        ("::1", "https://[::1]:8443/", True),
        ("[::1]", "https://[::1]:8443/", True),
        ("", "https://example.com/", False),
    ],
)
def test_no_proxy(exceptions: str, url: str, direct: bool) -> None:
    assert (chosen(url, HTTPS_PROXY="q:2", NO_PROXY=exceptions) is None) == direct
    assert (chosen(url, {"no-proxy": exceptions.replace(",", " ").split()}, HTTPS_PROXY="q:2") is None) == direct


def test_a_proxys_login_is_never_shown() -> None:
    found = proxy_for("https://h/", {"HTTPS_PROXY": "http://me:s3cret@p:1"}, {})
    assert "s3cret" not in repr(found)
    assert found is not None
    assert found.login is not None
    assert (found.login.user, found.login.password) == ("me", "s3cret")
    with pytest.raises(Trouble) as caught:
        proxy_for("https://h/", {"HTTPS_PROXY": "socks5://me:s3cret@p:1"}, {})
    assert "s3cret" not in f"{caught.value} {caught.value.hint} {caught.value.__context__}"
