"""Credentials: where they come from, to whom they go, and that nobody ever sees them."""

import base64
import os
import traceback
from pathlib import Path

import pytest

from layerforge.build.credentials import Credentials
from layerforge.build.trouble import shown
from layerforge.diagnostics import Diagnostic, OutsideError, Severity
from layerforge.lock.uv_settings import IndexUrl
from support.fetching import Workplace
from support.file_server import Reply, serve_files

pytestmark = pytest.mark.usefixtures("no_settings", "hasty")

SECRET = "p%40ss-s3cret"


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    return Workplace(folder=tmp_path)


def basic(user: str, password: str) -> str:
    return base64.b64encode(f"{user}:{password}".encode()).decode()


def known(url: str, *indexes: IndexUrl, **environ: str) -> tuple[str, str, str] | None:
    found = Credentials(indexes, environ).login(url)
    return None if found is None else (found.user, found.password, found.source)


# Which credentials


@pytest.mark.parametrize(
    "variable", ["UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_INDEX", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS"]
)
def test_the_url_of_each_variable(variable: str) -> None:
    environ = {variable: f"https://me:{SECRET}@host/simple"}
    assert known("https://host/files/x.whl", **environ) == ("me", "p@ss-s3cret", f"`{variable}`")


def test_several_indexes_in_one_variable() -> None:
    environ = {"UV_INDEX": "one=https://a:1@one/simple\n https://b:2@two/simple  three=https://c:3@three/simple"}
    assert known("https://one/x", **environ) == ("a", "1", "`UV_INDEX`")
    assert known("https://two/x", **environ) == ("b", "2", "`UV_INDEX`")
    assert known("https://three/x", **environ) == ("c", "3", "`UV_INDEX`")
    assert known("https://a/x", UV_FIND_LINKS="https://u:1@a/links,https://b/links") == ("u", "1", "`UV_FIND_LINKS`")


def test_a_named_index_takes_its_own_variables() -> None:
    index = IndexUrl(name="my-private.index", url="https://host/simple")
    environ = {"UV_INDEX_MY_PRIVATE_INDEX_USERNAME": "me", "UV_INDEX_MY_PRIVATE_INDEX_PASSWORD": "s3cret"}
    source = "`UV_INDEX_MY_PRIVATE_INDEX_USERNAME` and `UV_INDEX_MY_PRIVATE_INDEX_PASSWORD`"
    assert known("https://host/x", index, **environ) == ("me", "s3cret", source)
    environ.pop("UV_INDEX_MY_PRIVATE_INDEX_USERNAME")
    index = IndexUrl(name="my-private.index", url="https://user@host/simple")
    assert known("https://host/x", index, **environ) == ("user", "s3cret", source)


def test_a_token_as_the_user_alone() -> None:
    assert known("https://host/x", UV_INDEX="https://token@host/simple") == ("token", "", "`UV_INDEX`")


def test_uvs_settings_files(place: Workplace) -> None:
    (place.root / "uv.toml").write_text('[[index]]\nname = "private"\nurl = "https://me:s3cret@host/simple"\n')
    index = IndexUrl(name="private", url="https://me:s3cret@host/simple")
    assert known("https://host/x", index) == ("me", "s3cret", "uv's settings")
    path, pin = place.wheel()
    with serve_files() as server:
        server.users = {basic("me", "s3cret")}
        url = server.put("/spam.whl", path.read_bytes())
        with_login = server.url.replace("//", "//me:s3cret@")
        (place.root / "uv.toml").write_text(f'[[index]]\nname = "private"\nurl = "{with_login}/simple"\n')
        place.fetch({pin: url})


def test_a_url_of_its_own() -> None:
    assert known("https://me:s3cret@host/x", UV_INDEX="https://a:b@host/simple") == ("me", "s3cret", "its URL")


@pytest.mark.parametrize(
    "url",
    [
        "https://other/x",
        "https://sub.host/x",
        "https://host.evil/x",
        "http://host/x",
        "https://host:8443/x",
        "http://host:443/x",
    ],
)
def test_another_origin_gets_nothing(url: str) -> None:
    assert known(url, UV_INDEX="https://me:s3cret@host/simple") is None


@pytest.mark.parametrize("url", ["https://host/x", "https://HOST/x", "https://host:443/x", "https://host./x"])
def test_the_same_origin_in_other_words(url: str) -> None:
    assert known(url, UV_INDEX="https://me:s3cret@host/simple") is not None


def test_of_two_indexes_at_one_host_the_nearer_path_wins() -> None:
    environ = {"UV_INDEX": "https://a:1@host/repo/one/simple https://b:2@host/repo/two/simple"}
    assert known("https://host/repo/one/files/x.whl", **environ) == ("a", "1", "`UV_INDEX`")
    assert known("https://host/repo/two/files/x.whl", **environ) == ("b", "2", "`UV_INDEX`")
    assert known("https://host/elsewhere/x.whl", **environ) == ("a", "1", "`UV_INDEX`")


def test_what_is_no_url_gives_nothing() -> None:
    environ = {"UV_INDEX": "https://[bad name=nothing ./folder https://h:port/", "UV_FIND_LINKS": "/opt/wheels"}
    assert known("https://host/x", **environ) is None


# netrc


def write_netrc(folder: Path, text: str, name: str = ".netrc") -> Path:
    path = folder / name
    path.write_text(text)
    path.chmod(0o600)
    return path


def test_netrc_in_the_home_folder(no_settings: Path) -> None:
    path = write_netrc(no_settings, "machine host login me password s3cret\n")
    assert known("https://host/x", HOME=str(no_settings)) == ("me", "s3cret", f"`{path}`")
    assert known("https://host:8443/x", HOME=str(no_settings)) == ("me", "s3cret", f"`{path}`")
    assert known("https://other/x", HOME=str(no_settings)) is None


def test_netrc_that_a_variable_names(tmp_path: Path, no_settings: Path) -> None:
    write_netrc(no_settings, "machine host login wrong password wrong\n")
    path = write_netrc(tmp_path, "machine host login me password s3cret\n", "logins")
    assert known("https://host/x", HOME=str(no_settings), NETRC=str(path)) == ("me", "s3cret", f"`{path}`")


def test_uvs_own_configuration_outranks_netrc(no_settings: Path) -> None:
    write_netrc(no_settings, "machine host login netrc password netrc\n")
    environ = {"HOME": str(no_settings), "UV_INDEX": "https://me:s3cret@host/simple"}
    assert known("https://host/x", **environ) == ("me", "s3cret", "`UV_INDEX`")


def test_netrcs_default_is_for_configured_indexes_only(no_settings: Path) -> None:
    path = write_netrc(no_settings, "default login me password s3cret\n")
    environ = {"HOME": str(no_settings), "UV_INDEX": "https://host/simple"}
    assert known("https://host/x", **environ) == ("me", "s3cret", f"`{path}`")
    assert known("https://download.other/x", **environ) is None


def problems(**environ: str) -> tuple[Diagnostic, ...]:
    return Credentials((), environ).problems


def test_a_netrc_that_cannot_be_understood(no_settings: Path) -> None:
    path = write_netrc(no_settings, "machine host login me password s3cret\nmachine other s3cret-token\n")
    (found,) = problems(HOME=str(no_settings))
    assert found == Diagnostic(
        code="NET016",
        severity=Severity.WARNING,
        message=f"the netrc file `{path}` cannot be used: it cannot be understood near line 3",
        hint="mend the file, or set `NETRC` to another one",
    )


def test_a_netrc_that_is_not_there(tmp_path: Path) -> None:
    (found,) = problems(NETRC=str(tmp_path / "none"))
    assert found.message == f"the netrc file `{tmp_path / 'none'}` cannot be used: there is no such file"
    assert problems(HOME=str(tmp_path)) == ()


def test_a_netrc_that_is_a_folder(tmp_path: Path) -> None:
    (found,) = problems(NETRC=str(tmp_path))
    assert found.message == f"the netrc file `{tmp_path}` cannot be used: Is a directory"


def test_a_netrc_that_is_not_text(tmp_path: Path) -> None:
    path = tmp_path / "netrc"
    path.write_bytes(b"machine host login me password \xff\xfe\x81\n")
    (found,) = problems(NETRC=str(path))
    assert found.message == f"the netrc file `{path}` cannot be used: it is not UTF-8"


def test_a_netrc_that_others_can_read(no_settings: Path) -> None:
    path = write_netrc(no_settings, "machine host login me password s3cret\n")
    path.chmod(0o644)
    assert problems(HOME=str(no_settings)) == (
        Diagnostic(
            code="NET016",
            severity=Severity.WARNING,
            message=f"the netrc file `{path}` can be read by other users",
            hint=f"`chmod 600 {path}`",
        ),
    )
    assert known("https://host/x", HOME=str(no_settings)) is not None


def test_fetch_returns_the_warnings_and_names_them_where_credentials_lack(place: Workplace, no_settings: Path) -> None:
    netrc = write_netrc(no_settings, "machine\n")
    path, pin = place.wheel()
    with serve_files() as server:
        url = server.put("/spam.whl", path.read_bytes())
        server.users = {basic("me", "x")}
        (found,) = place.failures({pin: url})
        assert found.notes == (f"the netrc file `{netrc}` cannot be used: it cannot be understood near line 2",)
        server.users = set()
        (warning,) = place.fetch({pin: url})
        assert warning.code == "NET016"


# On the wire


@pytest.mark.parametrize("how", ["variable", "netrc", "url"])
def test_a_redirect_to_another_origin_gets_no_credentials(
    place: Workplace, monkeypatch: pytest.MonkeyPatch, no_settings: Path, how: str
) -> None:
    path, pin = place.wheel()
    with serve_files() as files, serve_files(host="localhost") as index:
        index.users = {basic("me", "s3cret")}
        url = index.redirect("/spam.whl", files.put("/spam.whl", path.read_bytes()))
        with_login = url.replace("//", "//me:s3cret@")
        if how == "variable":
            monkeypatch.setenv("UV_DEFAULT_INDEX", with_login)
        elif how == "netrc":
            write_netrc(no_settings, "machine localhost login me password s3cret\n")
        else:
            url = with_login
        place.fetch({pin: url})
        assert index.asked[0].headers["authorization"] == f"Basic {basic('me', 's3cret')}"
        assert "authorization" not in files.asked[0].headers


def test_a_redirect_to_another_port_gets_no_credentials(place: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    path, pin = place.wheel()
    with serve_files() as files, serve_files() as index:
        monkeypatch.setenv("UV_DEFAULT_INDEX", index.url.replace("//", "//me:s3cret@"))
        place.fetch({pin: index.redirect("/spam.whl", files.put("/spam.whl", path.read_bytes()))})
        assert "authorization" in index.asked[0].headers
        assert "authorization" not in files.asked[0].headers


def test_a_redirect_back_to_the_origin_gets_them_again(place: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    path, pin = place.wheel()
    with serve_files() as files, serve_files() as index:
        monkeypatch.setenv("UV_DEFAULT_INDEX", index.url.replace("//", "//me:s3cret@"))
        index.users = {basic("me", "s3cret")}
        back = index.put("/files/spam.whl", path.read_bytes())
        place.fetch({pin: index.redirect("/spam.whl", files.redirect("/detour", back))})
        assert "authorization" not in files.asked[0].headers


def test_credentials_in_a_redirect_are_not_used(place: Workplace) -> None:
    path, pin = place.wheel()
    with serve_files() as files, serve_files() as index:
        target = files.put("/spam.whl", path.read_bytes()).replace("//", "//stranger:s3cret@")
        place.fetch({pin: index.redirect("/spam.whl", target)})
        assert "authorization" not in files.asked[0].headers
        assert "stranger" not in str(files.asked)


def test_userinfo_goes_into_no_request_line(place: Workplace) -> None:
    path, pin = place.wheel()
    with serve_files() as server:
        server.users = {basic("me", "pä ss")}
        url = server.put("/spam.whl", path.read_bytes()).replace("//", "//me:p%C3%A4%20ss@")
        place.fetch({pin: url})
        assert server.asked[0].path == "/spam.whl"
        assert server.asked[0].headers["host"] == server.url.removeprefix("http://")


# Never shown. The secret is put together here, so that the test's own lines in a traceback do not hold it.

TOKEN = base64.b64decode("czNjcmV0").decode()

REPLIES = [
    Reply(status=401),
    Reply(status=403),
    Reply(status=404),
    Reply(status=500),
    Reply(status=302, headers={"Location": f"ftp://me:{TOKEN}@host/x?sig={TOKEN}"}),
    Reply(status=302, headers={"Location": f"http://me:{TOKEN}@wheels.invalid/x?sig={TOKEN}"}),
    Reply(status=302, headers={"Location": f"?sig={TOKEN}"}),
    Reply(body=b"<html>"),
    Reply(body=b"wrong"),
    Reply(body=b"broken", promised=1000),
    Reply(body=b"PK", promised=6 << 30),
]


@pytest.mark.parametrize("reply", REPLIES, ids=range(len(REPLIES)))
def test_no_error_shows_a_secret(
    place: Workplace, reply: Reply, monkeypatch: pytest.MonkeyPatch, no_settings: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    _, pin = place.wheel()
    netrc = write_netrc(no_settings, f"machine localhost login me password {TOKEN}\n")
    assert netrc.exists()
    with serve_files() as server:
        url = server.put(f"/spam.whl?token={TOKEN}", reply)
        monkeypatch.setenv("UV_INDEX", url.replace("//", f"//me:{TOKEN}@"))
        with pytest.raises(OutsideError) as caught:
            place.fetch({pin: url.replace("//", f"//me:{TOKEN}@")})
        seen = " ".join(
            [
                str(caught.value),
                repr(caught.value),
                str(caught.value.diagnostics),
                "".join(traceback.format_exception(caught.value)),
                caplog.text,
            ]
        )
    assert TOKEN not in seen
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None


def test_no_repr_shows_a_secret() -> None:
    credentials = Credentials([IndexUrl(name="a", url="https://me:s3cret@host/")], {"UV_INDEX": "https://u:s3cret@h/"})
    found = credentials.login("https://host/x")
    assert "s3cret" not in repr(found) + repr(credentials) + str(vars(credentials))
    assert repr(found) == 'Login(source="uv\'s settings")'


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("https://host/a%20b/x.whl", "https://host/a%20b/x.whl"),
        ("https://me:s3cret@host:8443/x.whl#sha256=1", "https://host:8443/x.whl"),
        ("https://me:s3@cret@host/x.whl?X-Amz-Signature=s3cret#a", "https://host/x.whl?…"),
        ("file:///opt/wheels/x.whl", "file:///opt/wheels/x.whl"),
        ("https://[bad", "an unreadable URL"),
    ],
)
def test_how_urls_are_shown(url: str, text: str) -> None:
    assert shown(url) == text


def test_the_environment_is_left_alone(place: Workplace) -> None:
    path, pin = place.wheel()
    before = dict(os.environ)
    place.fetch({pin: path.as_uri()})
    assert dict(os.environ) == before
