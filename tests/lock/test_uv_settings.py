"""uv's settings: found as uv finds them, relative paths made absolute."""

import os
import re
from pathlib import Path

import pytest

from layerforge.diagnostics import Diagnostic, Location, SpecError
from layerforge.lock.uv import run_uv
from layerforge.lock.uv_keys import misspelt
from layerforge.lock.uv_settings import IndexUrl, Settings, find_indexes, find_settings, machine_tables

pytestmark = pytest.mark.usefixtures("uv_alone")


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def found(folder: Path) -> tuple[Path | None, dict[str, object]]:
    settings = find_settings(folder)
    return settings.origin, dict(settings.table)


def test_nothing_is_found_where_there_is_nothing(tmp_path: Path) -> None:
    settings = find_settings(tmp_path / "a" / "b")
    assert (settings.origin, settings.table, settings.sources) == (None, {}, {})
    assert settings.looked_at[:4] == (
        tmp_path / "a" / "b" / "uv.toml",
        tmp_path / "a" / "b" / "pyproject.toml",
        tmp_path / "a" / "uv.toml",
        tmp_path / "a" / "pyproject.toml",
    )


def test_the_nearest_file_upward_counts(tmp_path: Path) -> None:
    write(tmp_path / "uv.toml", 'prerelease = "allow"')
    near = write(tmp_path / "a" / "pyproject.toml", '[tool.uv]\nresolution = "lowest"')
    assert found(tmp_path / "a" / "b") == (near, {"resolution": "lowest"})
    assert found(tmp_path) == (tmp_path / "uv.toml", {"prerelease": "allow"})


def test_a_pyproject_without_settings_is_passed_over(tmp_path: Path) -> None:
    outer = write(tmp_path / "uv.toml", 'prerelease = "allow"')
    write(tmp_path / "a" / "pyproject.toml", '[project]\nname = "a"')
    assert found(tmp_path / "a")[0] == outer


def test_a_uv_toml_wins_over_the_pyproject_beside_it(tmp_path: Path) -> None:
    own = write(tmp_path / "uv.toml", 'prerelease = "allow"')
    write(
        tmp_path / "pyproject.toml",
        '[tool.uv]\nresolution = "lowest"\nconstraint-dependencies = ["a<2"]\n[tool.uv.sources]\na = {index = "x"}',
    )
    assert found(tmp_path) == (own, {"prerelease": "allow", "constraint-dependencies": ["a<2"]})
    assert find_settings(tmp_path).sources == {"a": [{"index": "x"}]}


def test_a_member_of_a_workspace_has_its_root_settings_and_its_own_sources(tmp_path: Path) -> None:
    root = write(
        tmp_path / "pyproject.toml",
        '[tool.uv]\nresolution = "lowest"\n[tool.uv.workspace]\nmembers = ["libs/*"]\nexclude = ["libs/out"]\n'
        '[tool.uv.sources]\na = {index = "root"}\nb = {index = "root"}\n',
    )
    text = '[tool.uv]\nprerelease = "allow"\n[tool.uv.sources]\na = {index = "own"}'
    write(tmp_path / "libs" / "in" / "pyproject.toml", text)
    out = write(tmp_path / "libs" / "out" / "pyproject.toml", text)
    assert found(tmp_path / "libs" / "in") == (root, {"resolution": "lowest"})
    assert find_settings(tmp_path / "libs" / "in").sources == {"a": [{"index": "own"}], "b": [{"index": "root"}]}
    assert found(tmp_path / "libs" / "out") == (out, {"prerelease": "allow"})


def test_relative_paths_become_absolute_and_urls_stay(tmp_path: Path) -> None:
    write(
        tmp_path / "uv.toml",
        'find-links = ["wheels", "https://example.com/links", "/opt/wheels"]\ncache-dir = "cache"\n'
        'index-url = "simple"\nextra-index-url = ["file:///srv/simple"]\n'
        '[[index]]\nname = "own"\nurl = "mirror/simple"\nexplicit = true\n',
    )
    assert found(tmp_path / "sub")[1] == {
        "find-links": [str(tmp_path / "wheels"), "https://example.com/links", "/opt/wheels"],
        "cache-dir": str(tmp_path / "cache"),
        "index-url": str(tmp_path / "simple"),
        "extra-index-url": ["file:///srv/simple"],
        "index": [{"name": "own", "url": str(tmp_path / "mirror/simple"), "explicit": True}],
    }


def test_what_builds_installs_or_picks_pythons_is_not_carried(tmp_path: Path) -> None:
    write(
        tmp_path / "uv.toml",
        'no-build = false\nno-binary = true\npython-preference = "system"\nfork-strategy = "requires-python"\n'
        'environments = ["sys_platform == \'win32\'"]\nlink-mode = "copy"\nrequired-version = ">=0.1"\n',
    )
    assert found(tmp_path)[1] == {}


def test_settings_are_sorted_into_where_and_results(tmp_path: Path) -> None:
    write(
        tmp_path / "uv.toml", 'index-strategy = "unsafe-best-match"\nkeyring-provider = "subprocess"\nno-index = true'
    )
    settings = find_settings(tmp_path)
    assert settings.where == {"keyring-provider": "subprocess", "no-index": True}
    assert settings.results == {"index-strategy": "unsafe-best-match"}


def test_a_file_that_the_environment_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "uv.toml", 'prerelease = "allow"')
    chosen = write(tmp_path / "elsewhere" / "ci.toml", 'find-links = ["wheels"]')
    monkeypatch.setenv("UV_CONFIG_FILE", str(chosen))
    assert found(tmp_path) == (chosen, {"find-links": [str(tmp_path / "elsewhere" / "wheels")]})
    assert find_settings(tmp_path).looked_at == (chosen,)


def test_no_file_at_all_if_uv_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "uv.toml", 'prerelease = "allow"')
    monkeypatch.setenv("UV_NO_CONFIG", "true")
    assert find_settings(tmp_path) == Settings()
    assert find_indexes(tmp_path) == ()


@pytest.mark.parametrize(
    ("text", "key", "hint"),
    [
        (
            '[tool.uv]\nindex-url = "https://example.com/simple"',
            "tool",
            "in a `uv.toml` the settings stand at the top: leave `[tool.uv]` out, and `tool.uv.` of tables",
        ),
        ('index_url = "https://example.com/simple"', "index_url", "did you mean `index-url`?"),
        ('index-ulr = "https://example.com/simple"', "index-ulr", "did you mean `index-url`?"),
        ("no_index = true", "no_index", "did you mean `no-index`?"),
        ('pre-release = "allow"', "pre-release", "did you mean `prerelease`?"),
    ],
)
def test_a_setting_that_means_one_of_uvs_is_not_passed_over(tmp_path: Path, text: str, key: str, hint: str) -> None:
    path = write(tmp_path / "uv.toml", text)
    with pytest.raises(SpecError) as caught:
        find_settings(tmp_path)
    assert caught.value.diagnostics == (
        Diagnostic(
            code="UV030",
            message=f"uv's settings file says `{key}`, which uv does not know",
            location=Location(file=str(path)),
            hint=hint,
        ),
    )


def test_no_setting_of_uvs_own_is_taken_for_a_misspelt_one(tmp_path: Path) -> None:
    write(tmp_path / "uv.toml", "nothing-like-it = 1")
    refused = run_uv(["cache", "dir"], cwd=tmp_path).stderr
    known = re.findall(r"`([a-z-]+)`", refused.partition("expected one of")[2])
    assert {"index", "no-build-package", "python-install-mirror"} <= set(known)
    assert list(misspelt(known)) == []
    assert list(misspelt(["nothing-like-it"])) == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a = ", "uv's settings file is not TOML: Invalid value (at end of document)"),
        (
            b"\xff",
            "uv's settings file is not TOML: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte",
        ),
        (b"index = 1", "uv's settings file has a form that uv does not know: 'int' object is not iterable"),
        (b"sources = 1", "uv's settings file has a form that uv does not know: 'int' object has no attribute 'items'"),
        (b"[index]\nurl = 1", "uv's settings file has a form that uv does not know: "),
    ],
)
def test_settings_that_cannot_be_read(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "uv.toml"
    path.write_bytes(content)
    with pytest.raises(SpecError) as caught:
        find_settings(tmp_path)
    (problem,) = caught.value.diagnostics
    assert problem.message.startswith(message)
    assert problem == Diagnostic(
        code="UV030",
        message=problem.message,
        location=Location(file=str(path)),
        hint="`layerforge` carries uv's settings into what it resolves, so it has to read them",
    )


def test_indexes_of_project_user_and_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(
        tmp_path / "project" / "uv.toml",
        'find-links = ["wheels"]\n[[index]]\nname = "own"\nurl = "https://u:p@own.example/simple"\n',
    )
    write(tmp_path / "home" / ".config" / "uv" / "uv.toml", 'index-url = "https://user.example/simple"')
    write(tmp_path / "xdg" / "uv" / "uv.toml", 'extra-index-url = ["https://system.example/simple"]')
    monkeypatch.setenv("XDG_CONFIG_DIRS", str(tmp_path / "xdg"))
    indexes = find_indexes(tmp_path / "project")
    assert indexes == (
        IndexUrl(name="own", url="https://u:p@own.example/simple"),
        IndexUrl(name=None, url=str(tmp_path / "project" / "wheels")),
        IndexUrl(name=None, url="https://user.example/simple"),
        IndexUrl(name=None, url="https://system.example/simple"),
    )
    assert "u:p" not in repr(indexes)


def test_secrets_are_in_no_representation(tmp_path: Path) -> None:
    write(tmp_path / "uv.toml", '[[index]]\nurl = "https://u:hush@own.example/simple"\n')
    assert "hush" not in repr(find_settings(tmp_path))


def test_a_working_folder_that_is_relative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    origin = write(tmp_path / "uv.toml", 'prerelease = "allow"')
    (tmp_path / "a").mkdir()
    monkeypatch.chdir(tmp_path / "a")
    assert find_settings(Path(os.curdir)).origin == origin


def test_a_home_folder_that_nobody_knows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "uv.toml", 'find-links = ["~nobody-of-that-name/wheels"]\ncache-dir = "~nobody-of-that-name/uv"')
    monkeypatch.delenv("HOME")
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setattr("os.path.expanduser", lambda path: path)  # as it is for a user without an entry in passwd
    assert found(tmp_path) == (
        tmp_path / "uv.toml",
        {"find-links": [f"{tmp_path}/~nobody-of-that-name/wheels"], "cache-dir": f"{tmp_path}/~nobody-of-that-name/uv"},
    )
    assert machine_tables() == ()
