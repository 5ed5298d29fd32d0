"""pip told of an index and uv not: an error that says which variable to set."""

import os
from pathlib import Path

import pytest

from layerforge.diagnostics import Diagnostic, SpecError
from layerforge.lock import pip_config
from layerforge.lock.pip_config import check_pip
from layerforge.lock.uv_settings import Settings

pytestmark = pytest.mark.usefixtures("uv_alone")


@pytest.fixture(autouse=True)
def no_system_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pip_config, "_SYSTEM_FILE", tmp_path / "none.conf")


OWN = "https://user:secret@packages.example/simple"


def complaint(environment: dict[str, str], settings: Settings | None = None) -> Diagnostic:
    with pytest.raises(SpecError) as caught:
        check_pip(settings or Settings(), environment)
    (found,) = caught.value.diagnostics
    return found


def expected(place: str, variables: str) -> Diagnostic:
    return Diagnostic(
        code="UV040",
        message=f"pip is told of an index ({place}), and uv, which resolves, is not",
        hint=f"set {variables} to the same URL, or put `[[index]]` into a `uv.toml` beside the spec",
        notes=("else a private package's name would be looked for in the public index",),
    )


@pytest.mark.parametrize(
    ("environment", "place", "variables"),
    [
        ({"PIP_INDEX_URL": OWN}, "`PIP_INDEX_URL`", "`UV_DEFAULT_INDEX`"),
        ({"PIP_EXTRA_INDEX_URL": OWN}, "`PIP_EXTRA_INDEX_URL`", "`UV_INDEX`"),
        (
            {"PIP_INDEX_URL": OWN, "PIP_EXTRA_INDEX_URL": OWN},
            "`PIP_INDEX_URL`, `PIP_EXTRA_INDEX_URL`",
            "`UV_DEFAULT_INDEX` and `UV_INDEX`",
        ),
    ],
)
def test_variables_of_pip(environment: dict[str, str], place: str, variables: str) -> None:
    found = complaint(environment)
    assert found == expected(place, variables)
    assert "secret" not in repr(found)


@pytest.mark.parametrize("section", ["global", "install", "download"])
@pytest.mark.parametrize("option", ["index-url", "index_url", "extra-index-url"])
def test_files_of_pip(tmp_path: Path, section: str, option: str) -> None:
    path = tmp_path / "pip.conf"
    path.write_text(f"[{section}]\n{option} = {OWN}\n")
    variable = "`UV_INDEX`" if option.startswith("extra") else "`UV_DEFAULT_INDEX`"
    assert complaint({"PIP_CONFIG_FILE": str(path)}) == expected(str(path), variable)


@pytest.mark.parametrize("place", [".pip/pip.conf", ".config/pip/pip.conf", "venv/pip.conf", "xdg/pip/pip.conf"])
def test_places_of_pips_files(tmp_path: Path, place: str) -> None:
    path = tmp_path / place
    path.parent.mkdir(parents=True)
    path.write_text(f"[global]\nindex-url = {OWN}\n")
    environment = {
        "HOME": str(tmp_path),
        "VIRTUAL_ENV": str(tmp_path / "venv"),
        "XDG_CONFIG_DIRS": str(tmp_path / "xdg"),
    }
    assert complaint(environment).message.count(str(path)) == 1
    check_pip(Settings(), environment | {"PIP_CONFIG_FILE": os.devnull})


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"PIP_FIND_LINKS": "/opt/wheels"},
        {"PIP_NO_INDEX": "1"},
        {"PIP_INDEX_URL": ""},
        {"PIP_INDEX_URL": "https://pypi" + ".org/simple/"},
        {"PIP_INDEX_URL": OWN, "UV_DEFAULT_INDEX": OWN},
        {"PIP_EXTRA_INDEX_URL": OWN, "UV_INDEX": f"own={OWN}"},
        {"PIP_INDEX_URL": OWN, "UV_FIND_LINKS": "/opt/wheels"},
    ],
)
def test_what_is_no_reason_to_complain(environment: dict[str, str]) -> None:
    check_pip(Settings(), environment)


def test_a_file_of_pip_that_names_no_index(tmp_path: Path) -> None:
    path = tmp_path / "pip.conf"
    path.write_text("[global]\ncert = /etc/ssl/own.crt\nfind-links = /opt/wheels\n[freeze]\nindex-url = https://x\n")
    check_pip(Settings(), {"PIP_CONFIG_FILE": str(path)})


@pytest.mark.parametrize("content", [b"no section\n", b"[global\n", b"[global]\nindex-url = \xff\n"])
def test_a_file_that_pip_could_not_read_either(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "pip.conf"
    path.write_bytes(content)
    check_pip(Settings(), {"PIP_CONFIG_FILE": str(path)})


@pytest.mark.parametrize("key", ["index", "index-url", "extra-index-url", "find-links", "no-index"])
def test_settings_of_uv_that_name_a_place(key: str) -> None:
    check_pip(Settings(table={key: "something"}), {"PIP_INDEX_URL": OWN})


def test_the_users_own_settings_of_uv_count(tmp_path: Path) -> None:
    path = tmp_path / "home" / ".config" / "uv" / "uv.toml"
    path.parent.mkdir(parents=True)
    path.write_text('index-url = "https://packages.example/simple"')
    check_pip(Settings(), {"PIP_INDEX_URL": OWN})
