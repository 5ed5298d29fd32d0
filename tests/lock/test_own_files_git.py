"""Own files in real git checkouts of every kind: the same files, or a message that says why not."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from layerforge.cli.messages import render_diagnostics
from layerforge.diagnostics import OutsideError, SpecError
from layerforge.lock.own_files import collect, collect_all, own_files_digest, own_text_digest
from layerforge.lock.types import OwnFile
from layerforge.plan.types import Layer
from support.checkouts import Checkout, layer_of, repository

FILES: dict[str, str | bytes] = {
    "a/x.py": "import os\n\nx = 1\n",
    "a/run": "#!/bin/sh\necho\n",
    "a/sub/data.bin": bytes(range(256)) + b"\r\n",
    "a/crlf.txt": "one\r\ntwo\r\n",
}


def names(layer: Layer) -> list[str]:
    return [file.path.removeprefix("python/") for file in collect(layer)]


def facts(folder: Path) -> list[OwnFile]:
    """Return the own files of the include ``a``, but for where they lie."""
    return [replace(file, source=Path()) for file in collect(layer_of(folder, "a"))]


def said(caught: pytest.ExceptionInfo[SpecError] | pytest.ExceptionInfo[OutsideError]) -> str:
    return render_diagnostics(caught.value.diagnostics)


def fake_git(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a program before git on the path; ``$git`` is the real one."""
    folder.mkdir()
    (folder / "git").write_text(f"#!/bin/sh\ngit={shutil.which('git')}\n{script}\n")
    (folder / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")


def test_what_git_tracks_or_would_track(checkout: Checkout) -> None:
    checkout.commit({"a/tracked.py": "", "a/deleted.py": "", "a/forced.log": "", "outside.py": ""})
    checkout.write({".gitignore": "*.log\n/a/build/\n", "a/.gitignore": "!kept.log\nlocal.*\n"})
    checkout.write({"a/new.py": "", "a/ignored.log": "", "a/kept.log": "", "a/local.py": "", "a/build/x.py": ""})
    checkout.write({".git/info/exclude": "excluded.py\n", "a/excluded.py": ""})
    (checkout.path / "a/deleted.py").unlink()
    assert names(layer_of(checkout.path, "a")) == ["a/forced.log", "a/kept.log", "a/new.py", "a/tracked.py"]
    assert collect_all([layer_of(checkout.path, "a")])["utils"].untracked == ("a/kept.log", "a/new.py")


def test_a_file_that_became_a_folder_and_the_reverse(checkout: Checkout) -> None:
    checkout.commit({"a/x": "", "a/y/z": ""})
    (checkout.path / "a/x").unlink()
    shutil.rmtree(checkout.path / "a/y")
    checkout.write({"a/x/new": "", "a/y": ""})
    assert names(layer_of(checkout.path, "a")) == ["a/x/new", "a/y"]


def test_a_merge_in_progress_counts_each_file_once(checkout: Checkout) -> None:
    checkout.commit({"a/x.py": "1\n"})
    checkout.git("switch", "--quiet", "--create", "other")
    checkout.commit({"a/x.py": "2\n"})
    checkout.git("switch", "--quiet", "main")
    checkout.commit({"a/x.py": "3\n"})
    with pytest.raises(AssertionError, match="merge"):
        checkout.git("merge", "other")
    assert len(checkout.git("ls-files", "--stage", "a").splitlines()) == 3
    assert names(layer_of(checkout.path, "a")) == ["a/x.py"]


def test_core_filemode_false_changes_nothing(checkout: Checkout, tmp_path: Path) -> None:
    checkout.write(FILES)
    (checkout.path / "a/x.py").chmod(0o755)
    (checkout.path / "a/run").chmod(0o755)
    checkout.commit()
    other = checkout.clone(tmp_path / "other", "--config=core.fileMode=false")
    for path in (other.path / "a").iterdir():
        path.chmod(0o777 if path.is_dir() else 0o644)
    assert {file.path: oct(file.mode) for file in facts(other.path)} == {
        "python/a/crlf.txt": "0o644",
        "python/a/run": "0o755",
        "python/a/sub/data.bin": "0o644",
        "python/a/x.py": "0o644",
    }
    assert facts(other.path) == facts(checkout.path)


def test_core_autocrlf_true_changes_the_digest_but_not_that_over_text(checkout: Checkout, tmp_path: Path) -> None:
    checkout.commit(FILES)
    other = checkout.clone(tmp_path / "other", "--config=core.autocrlf=true")
    assert (other.path / "a/x.py").read_bytes() == b"import os\r\n\r\nx = 1\r\n"
    here, there = collect(layer_of(checkout.path, "a")), collect(layer_of(other.path, "a"))
    assert own_files_digest(here) != own_files_digest(there)
    assert own_text_digest(here) == own_text_digest(there)
    assert [file.mode for file in here] == [file.mode for file in there]


def test_core_autocrlf_true_with_attributes_changes_nothing(checkout: Checkout, tmp_path: Path) -> None:
    """What the remedy in the message says."""
    checkout.commit({".gitattributes": "* text=auto eol=lf\n", "a/x.py": "1\n", "a/data.bin": b"\0\r\n"})
    other = checkout.clone(tmp_path / "other", "--config=core.autocrlf=true")
    assert facts(other.path) == facts(checkout.path)


def test_the_remedy_for_line_endings_works_in_a_checkout_that_has_them(checkout: Checkout, tmp_path: Path) -> None:
    checkout.commit(FILES)
    other = checkout.clone(tmp_path / "other", "--config=core.autocrlf=true")
    other.write({".gitattributes": "* text=auto eol=lf\n"})
    other.git("add", "--renormalize", ".")
    other.commit()
    shutil.rmtree(other.path / "a")
    other.git("checkout", "--", ".")
    checkout.git("pull", "--quiet", str(other.path), "main")
    assert facts(other.path) == facts(checkout.path)
    assert b"\r" not in (other.path / "a/x.py").read_bytes()


def test_a_symbolic_link_that_a_checkout_made_a_text(checkout: Checkout, tmp_path: Path) -> None:
    checkout.write({"a/x.py": ""})
    (checkout.path / "a/link.py").symlink_to("x.py")
    checkout.commit()
    other = checkout.clone(tmp_path / "other", "--config=core.symlinks=false")
    assert (other.path / "a/link.py").read_text() == "x.py"
    with pytest.raises(SpecError) as caught:
        collect(layer_of(other.path, "a"))
    assert said(caught) == (
        "error[OWN006]: `a/link.py` is a symbolic link\n"
        " --> layers.yaml:7:9 (layers.utils.source.include[0])\n"
        "\n"
        "hint: put a file in its place: some checkouts make a text of a link\n"
    )


def test_a_linked_work_tree(checkout: Checkout, tmp_path: Path) -> None:
    checkout.commit(FILES | {".gitignore": "*.log\n"})
    checkout.git("worktree", "add", "--quiet", str(tmp_path / "tree"))
    Checkout(path=tmp_path / "tree").write({"a/x.log": ""})
    assert (tmp_path / "tree/.git").is_file()
    assert facts(tmp_path / "tree") == facts(checkout.path)


def test_a_shallow_clone_and_a_detached_head(checkout: Checkout, tmp_path: Path) -> None:
    checkout.commit(FILES).commit({"b": ""})
    remote = Checkout(path=tmp_path)
    remote.git("clone", "--quiet", "--depth=1", f"file://{checkout.path}", "other")
    other = Checkout(path=tmp_path / "other")
    other.git("checkout", "--quiet", "--detach")
    assert facts(other.path) == facts(checkout.path)


def test_a_path_with_blanks_and_other_letters(checkout: Checkout, tmp_path: Path) -> None:
    checkout.commit(FILES)
    assert facts(checkout.clone(tmp_path / "Ünïcode und Leer 中").path) == facts(checkout.path)


def test_the_spec_in_a_folder_of_the_repository(checkout: Checkout) -> None:
    checkout.commit({f"team/{name}": content for name, content in FILES.items()} | {".gitignore": "data.bin\n"})
    checkout.write({"team/a/data.bin": "", "team/a/new.py": ""})
    assert names(layer_of(checkout.path / "team", "a")) == ["a/crlf.txt", "a/new.py", "a/run", "a/x.py"]


def test_submodules(checkout: Checkout, tmp_path: Path) -> None:
    library = repository(tmp_path / "library").commit({"x.py": "", "deep/y.py": ""})
    checkout.git("submodule", "--quiet", "add", str(library.path), "a/lib")
    checkout.commit({"a/own.py": ""})
    checkout.write({"a/lib/new.py": "", "a/lib/.git/info/exclude": ""}) if (
        checkout.path / "a/lib/.git"
    ).is_dir() else None
    inside = ["a/lib/deep/y.py", "a/lib/x.py"]
    assert names(layer_of(checkout.path, "a")) == [*inside, "a/own.py"]
    assert names(layer_of(checkout.path, "a/lib")) == ["lib/deep/y.py", "lib/x.py"]
    assert names(layer_of(checkout.path, "a/lib/deep")) == ["deep/y.py"]


def test_own011_a_submodule_that_is_not_checked_out(checkout: Checkout, tmp_path: Path) -> None:
    library = repository(tmp_path / "library").commit({"x.py": ""})
    checkout.git("submodule", "--quiet", "add", str(library.path), "a/lib")
    checkout.commit({"a/own.py": ""})
    other = checkout.clone(tmp_path / "other")
    message = (
        "error[OWN011]: `a/lib` is a submodule that is not checked out\n"
        " --> layers.yaml:7:9 (layers.utils.source.include[0])\n"
        "\n"
        "hint: run `git submodule update --init`\n"
    )
    for include in ("a", "a/lib"):
        with pytest.raises(SpecError) as caught:
            collect(layer_of(other.path, include))
        assert said(caught) == message
    (other.path / "a/lib").rmdir()
    assert names(layer_of(other.path, "a")) == ["a/own.py"]


def test_a_clone_inside_of_the_tree(checkout: Checkout) -> None:
    repository(checkout.path / "a/vendored").commit({"x.py": "", ".gitignore": "*.log\n"}).write(
        {"y.log": "", "z.py": ""}
    )
    checkout.write({"a/own.py": ""})
    assert names(layer_of(checkout.path, "a")) == ["a/own.py", "a/vendored/x.py", "a/vendored/z.py"]


def test_own012_a_sparse_checkout(checkout: Checkout, tmp_path: Path) -> None:
    checkout.commit({"a/x.py": "", "a/sub/y.py": "", "a/sub/z.py": "", "b/z.py": ""})
    other = checkout.clone(tmp_path / "other", "--no-checkout")
    other.git("sparse-checkout", "set", "--cone", "b")
    other.git("checkout", "--quiet")
    other.git("sparse-checkout", "add", "a/other")
    assert (other.path / "a/x.py").exists()
    with pytest.raises(SpecError) as caught:
        collect(layer_of(other.path, "a"))
    assert said(caught) == "\n".join(
        f"error[OWN012]: `a/sub/{name}.py` is left out by the sparse checkout\n"
        " --> layers.yaml:7:9 (layers.utils.source.include[0])\n"
        "\n"
        "hint: run `git sparse-checkout add` for its folder\n"
        for name in "yz"
    )


def test_own013_a_checkout_of_somebody_else(
    checkout: Checkout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout.commit(FILES)
    fake_git(tmp_path / "bin", 'GIT_TEST_ASSUME_DIFFERENT_OWNER=1 exec "$git" "$@"', monkeypatch)
    layer = layer_of(checkout.path, "a")
    with pytest.raises(OutsideError) as caught:
        collect(layer)
    assert said(caught) == (
        f"error[OWN013]: git does not read `{checkout.path}`, because the folder belongs to another user\n"
        " --> layers.yaml:7:9 (layers.utils.source.include[0])\n"
        "\n"
        f"hint: if you trust what lies there: `git config --global --add safe.directory '{checkout.path}'`\n"
    )
    configuration = tmp_path / "gitconfig"
    configuration.write_text(f"[safe]\n\tdirectory = {checkout.path}\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(configuration))
    assert len(collect(layer)) == 4


def test_own014_git_fails(checkout: Checkout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checkout.commit(FILES)
    fake_git(
        tmp_path / "bin", "echo 'error: bad index' >&2; echo 'fatal: index file corrupt' >&2; exit 128", monkeypatch
    )
    with pytest.raises(OutsideError) as caught:
        collect(layer_of(checkout.path, "a"))
    assert said(caught) == (
        f"error[OWN014]: git cannot list the files in `{checkout.path}`\n"
        " --> layers.yaml:7:9 (layers.utils.source.include[0])\n"
        "\n"
        "  error: bad index\n"
        "  fatal: index file corrupt\n"
        "\n"
        "hint: see what `git status` says there\n"
    )


def test_own014_a_broken_index(checkout: Checkout) -> None:
    checkout.commit(FILES)
    (checkout.path / ".git/index").write_bytes(b"no index")
    with pytest.raises(OutsideError, match="OWN014: git cannot list the files in"):
        collect(layer_of(checkout.path, "a"))


def test_all_repositories_that_git_refuses_are_named(
    checkout: Checkout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout.write({"a/x.py": ""})
    repository(checkout.path / "b").write({"y.py": ""})
    fake_git(tmp_path / "bin", "echo broken >&2; exit 3", monkeypatch)
    with pytest.raises(OutsideError) as caught:
        collect(layer_of(checkout.path, "a", "b"))
    assert [item.message for item in caught.value.diagnostics] == [
        f"git cannot list the files in `{checkout.path}`",
        f"git cannot list the files in `{checkout.path}/b`",
    ]


def test_the_environment_of_another_repository_does_not_count(
    checkout: Checkout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout.commit(FILES).write({"a/new.py": ""})
    before = facts(checkout.path)
    other = repository(tmp_path / "other").commit({"a/else.py": ""})
    monkeypatch.setenv("GIT_DIR", str(other.path / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other.path))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other.path / ".git/index"))
    monkeypatch.setenv("GIT_PREFIX", "a/")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(checkout.path.parent))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "core.bare")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "true")
    assert facts(checkout.path) == before


def test_the_working_folder_does_not_count(checkout: Checkout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checkout.commit(FILES)
    before = facts(checkout.path)
    monkeypatch.chdir(repository(tmp_path / "other").path)
    assert facts(checkout.path) == before


@pytest.mark.parametrize("setting", ["core.quotePath=true", "core.quotePath=false", "core.precomposeUnicode=true"])
def test_settings_about_names_change_nothing(checkout: Checkout, setting: str) -> None:
    checkout.commit({"a/é ü.py": "", "a/中.py": ""})
    checkout.git("config", *setting.split("="))
    assert names(layer_of(checkout.path, "a")) == ["a/é ü.py", "a/中.py"]


def test_a_program_that_a_repository_names_is_not_started(checkout: Checkout, tmp_path: Path) -> None:
    checkout.commit(FILES)
    hook = tmp_path / "hook"
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/started\n")
    hook.chmod(0o755)
    checkout.git("config", "core.fsmonitor", str(hook))
    assert len(collect(layer_of(checkout.path, "a"))) == 4
    assert not (tmp_path / "started").exists()


def test_git_writes_nothing(checkout: Checkout) -> None:
    checkout.commit(FILES)
    os.utime(checkout.path / "a/x.py", (1, 1))
    index = (checkout.path / ".git/index").read_bytes()
    collect(layer_of(checkout.path, "a"))
    assert (checkout.path / ".git/index").read_bytes() == index


def test_a_folder_named_git_that_is_no_repository(tmp_path: Path, no_own_configuration: None) -> None:
    project = Checkout(path=tmp_path / "project")
    project.write({".git/readme": "nothing", "a/x.py": "", "a/x.log": "", ".gitignore": "*.log\n"})
    assert names(layer_of(project.path, "a")) == ["a/x.py"]


def test_a_fresh_clone_has_the_same_files_as_the_tree_it_comes_from(checkout: Checkout, tmp_path: Path) -> None:
    checkout.write(FILES | {".gitignore": "*.log\n", "a/x.log": "", "a/__pycache__/x.pyc": "", "a/.env": "secret"})
    before = facts(checkout.path)
    checkout.commit()
    assert facts(checkout.clone(tmp_path / "other").path) == before
