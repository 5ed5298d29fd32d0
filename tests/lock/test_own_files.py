"""Own files: where they go, with which mode, under which name, and what is refused."""

import hashlib
import os
import random
import shutil
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerforge.cli.messages import render_diagnostics
from layerforge.diagnostics import SpecError
from layerforge.lock import own_files
from layerforge.lock.content import Content
from layerforge.lock.own_files import collect, collect_all, own_files_digest, own_names_digest, own_text_digest
from layerforge.lock.types import OwnFile
from layerforge.plan.types import Layer
from support.checkouts import Checkout, layer_of

ELF = b"\x7fELF\x02\x01\x01"


def paths(layer: Layer) -> list[str]:
    return [file.path for file in collect(layer)]


def refusal(layer: Layer) -> str:
    with pytest.raises(SpecError) as caught:
        collect(layer)
    return render_diagnostics(caught.value.diagnostics)


def warnings(layer: Layer) -> str:
    return render_diagnostics(collect_all([layer])[layer.name].diagnostics)


def message(code: str, text: str, hint: str, number: int = 0, severity: str = "error") -> str:
    place = f"layers.yaml:{7 + number}:9 (layers.utils.source.include[{number}])"
    return f"{severity}[{code}]: {text}\n --> {place}\n\nhint: {hint}\n"


def test_a_layer_without_own_code_has_no_own_files(checkout: Checkout) -> None:
    layer = layer_of(checkout.path)
    assert collect(layer) == ()
    assert own_files_digest(()) == hashlib.sha256().hexdigest()
    assert own_names_digest(()) is None
    assert own_text_digest(()) is None


def test_one_file_in_full(checkout: Checkout) -> None:
    checkout.write({"src/utils/log.py": "x = 1\n"})
    assert collect(layer_of(checkout.path, "src/utils")) == (
        OwnFile(
            path="python/utils/log.py",
            source=checkout.path.resolve() / "src/utils/log.py",
            mode=0o644,
            size=6,
            sha256=hashlib.sha256(b"x = 1\n").hexdigest(),
            sha256_lf=None,
        ),
    )


def test_where_includes_go(checkout: Checkout) -> None:
    checkout.write({"src/a/x.py": "", "src/a/sub/y.py": "", "tool.py": "", "src/b/z.py": "", "m.py": ""})
    layer = layer_of(
        checkout.path, "src/a", ("src/b", "."), ("tool.py", "deep/er/tool2.py"), ("m.py", "."), ("src/a/sub", "c/d")
    )
    assert paths(layer) == [
        "python/a/sub/y.py",
        "python/a/x.py",
        "python/c/d/y.py",
        "python/deep/er/tool2.py",
        "python/m.py",
        "python/z.py",
    ]


def test_modes_follow_content_and_spec_and_never_the_disk(checkout: Checkout) -> None:
    checkout.write(
        {"a/script": "#!/bin/sh\n", "a/elf": ELF, "a/plain": "x", "a/tool": "y", "a/empty": "", "a/hash": "#"}
    )
    (checkout.path / "a/script").chmod(0o600)
    (checkout.path / "a/plain").chmod(0o777)
    files = collect(layer_of(checkout.path, "a", executable=("python/a/t*",)))
    assert {file.path[9:]: oct(file.mode) for file in files} == {
        "elf": "0o755",
        "empty": "0o644",
        "hash": "0o644",
        "plain": "0o644",
        "script": "0o755",
        "tool": "0o755",
    }


def test_own016_a_glob_that_makes_nothing_executable(checkout: Checkout) -> None:
    checkout.write({"a/tool": "x"})
    assert warnings(layer_of(checkout.path, "a", executable=("tool", "python/a/*"))) == (
        "warning[OWN016]: `executable` of `utils` has `tool`, which matches none of its own files\n"
        " --> layers.yaml:1:1 (layers.utils)\n"
        "\n"
        "hint: globs stand for whole paths within the layer, such as `python/tools/*`\n"
    )


@pytest.mark.parametrize(
    "name",
    [
        ".git/config",
        "sub/.gitignore",
        ".gitkeep",
        "__pycache__/x.cpython-312.pyc",
        "sub/__pycache__/kept.py",
        "x.pyc",
        "x.pyo",
        ".DS_Store",
        "._resource",
        ".venv/bin/python",
        "node_modules/left-pad/index.js",
        ".env",
        ".env.production",
        "sub/.env",
        ".idea/workspace.xml",
        ".vscode/settings.json",
        ".x.py.swp",
        "x.py~",
        ".#x.py",
        "#x.py#",
        ".mypy_cache/x",
        ".coverage",
    ],
)
def test_what_is_never_packed_even_if_git_tracks_it(checkout: Checkout, name: str) -> None:
    checkout.write({"a/x.py": "", "a/env.py": "", "a/venv/x.py": ""})
    checkout.write({f"a/{name}": "secret"} if not name.startswith(".git/") else {})
    checkout.git("add", "--all", "--force")
    assert paths(layer_of(checkout.path, "a")) == ["python/a/env.py", "python/a/venv/x.py", "python/a/x.py"]


def test_a_project_that_lies_in_a_folder_of_such_a_name(tmp_path: Path, no_own_configuration: None) -> None:
    project = Checkout(path=tmp_path / "node_modules" / ".venv")
    project.write({"a/x.py": ""})
    assert paths(layer_of(project.path, "a")) == ["python/a/x.py"]


def test_own001_no_such_include(checkout: Checkout) -> None:
    checkout.write({"src/x.py": ""})
    assert refusal(layer_of(checkout.path, "src/utils", "src/x.py/y")) == (
        message("OWN001", "the include `src/utils` does not exist", "paths start at the folder of the spec")
        + "\n"
        + message("OWN001", "the include `src/x.py/y` does not exist", "paths start at the folder of the spec", 1)
    )


def test_own002_an_empty_folder(checkout: Checkout) -> None:
    (checkout.path / "src").mkdir()
    assert refusal(layer_of(checkout.path, "src")) == message(
        "OWN002", "the include `src` is an empty folder", "put the code there, or take the include out"
    )


def test_own002_nothing_but_what_git_ignores(checkout: Checkout) -> None:
    checkout.write({"build/x.py": "", ".gitignore": "/build\n"})
    assert refusal(layer_of(checkout.path, "build")) == message(
        "OWN002",
        "the include `build` holds nothing to pack: all that lies there is ignored",
        "take it out of `.gitignore`, or track it with `git add --force`; `git check-ignore -v build/*` tells the rule",
    )


def test_own002_nothing_but_what_is_never_packed(checkout: Checkout) -> None:
    checkout.write({"src/__pycache__/x.pyc": "", "src/empty/.gitkeep": ""})
    assert refusal(layer_of(checkout.path, "src")) == message(
        "OWN002",
        "the include `src` holds nothing to pack: all that lies there is ignored",
        "take it out of `.gitignore`, or track it with `git add --force`; `git check-ignore -v src/*` tells the rule",
    )


def test_own002_an_include_that_is_never_packed(checkout: Checkout) -> None:
    checkout.write({".env": "", "src/node_modules/x/y.js": ""})
    hint = "include the code itself"
    assert refusal(layer_of(checkout.path, ".env", "src/node_modules/x")) == (
        message("OWN002", "the include `.env` holds nothing to pack: `.env` is never part of a layer", hint)
        + "\n"
        + message(
            "OWN002",
            "the include `src/node_modules/x` holds nothing to pack: `node_modules` is never part of a layer",
            hint,
            1,
        )
    )


@pytest.mark.parametrize("include", [".", "..", "src/.."])
def test_own003_the_folder_of_the_spec(checkout: Checkout, include: str) -> None:
    checkout.write({"src/x.py": ""})
    assert refusal(layer_of(checkout.path, (include, "x"))) == message(
        "OWN003",
        f"the include `{include}` holds the spec itself, with its lock and its modules",
        "put the layer's code into a folder of its own and include that",
    )


def test_own004_two_includes_bring_one_file(checkout: Checkout) -> None:
    checkout.write({"src/a/x.py": ""})
    assert refusal(layer_of(checkout.path, "src/a", ("src", "."))) == message(
        "OWN004",
        "two includes bring `src/a/x.py` to the same place, `python/a/x.py`",
        "take one of the two includes out, or give it another `to`",
        1,
    )


def test_own004_two_files_go_to_one_path(checkout: Checkout) -> None:
    checkout.write({"src/a/x.py": "", "lib/a/x.py": ""})
    assert refusal(layer_of(checkout.path, "src/a", "lib/a")) == message(
        "OWN004",
        "`src/a/x.py` and `lib/a/x.py` both go to `python/a/x.py`",
        "give one of the two includes another `to`",
        1,
    )


def test_own004_a_file_where_a_folder_is_needed(checkout: Checkout) -> None:
    checkout.write({"a/x.py": "", "a/sub/y.py": "", "tool": ""})
    assert refusal(layer_of(checkout.path, "a", ("tool", "a"))) == (
        message(
            "OWN004",
            "`tool` goes to `python/a`, a folder of `a/sub/y.py`",
            "give one of the two includes another `to`",
            1,
        )
        + "\n"
        + message(
            "OWN004", "`tool` goes to `python/a`, a folder of `a/x.py`", "give one of the two includes another `to`", 1
        )
    )


def test_names_are_in_normal_form_c(checkout: Checkout) -> None:
    checkout.write({"a/cafe\u0301.py": "", "a/\u212b/x.py": ""})
    files = collect(layer_of(checkout.path, "a"))
    assert [file.path for file in files] == ["python/a/caf\u00e9.py", "python/a/\u00c5/x.py"]
    assert all(file.source.exists() for file in files)


def test_own004_names_that_are_equal_in_normal_form_c(checkout: Checkout) -> None:
    checkout.write({"a/e\u0301.py": "", "a/\u00e9.py": ""})
    assert refusal(layer_of(checkout.path, "a")) == message(
        "OWN004", r"`a/e\u0301.py` and `a/\xe9.py` have one name in Unicode's normal form C", "rename one of the two"
    )


def test_own005_names_that_differ_in_case_alone(checkout: Checkout) -> None:
    checkout.write({"a/Log.py": "", "a/log.py": "", "a/x.py": ""})
    if len([*(checkout.path / "a").iterdir()]) == 2:
        pytest.skip("this disk folds case")
    layer = layer_of(checkout.path, "a")
    assert len(collect(layer)) == 3
    assert warnings(layer) == message(
        "OWN005",
        "`python/a/Log.py` and `python/a/log.py` are one file on disks that do not tell upper case from lower",
        "rename one of the two",
        severity="warning",
    )


LINK_HINT = "put a file in its place: some checkouts make a text of a link"


def test_own006_symbolic_links(checkout: Checkout) -> None:
    checkout.write({"a/x.py": "", "b/y.py": ""})
    (checkout.path / "a/link.py").symlink_to("x.py")
    (checkout.path / "a/dangling").symlink_to("nowhere")
    (checkout.path / "a/folder").symlink_to("../b")
    texts = ["`a/dangling` is a symbolic link", "`a/folder` is a symbolic link", "`a/link.py` is a symbolic link"]
    said = "\n".join(message("OWN006", text, LINK_HINT) for text in texts)
    assert refusal(layer_of(checkout.path, "a")) == said
    checkout.commit()
    assert refusal(layer_of(checkout.path, "a")) == said


def test_own006_an_include_behind_a_symbolic_link(checkout: Checkout) -> None:
    checkout.write({"real/a/x.py": ""})
    (checkout.path / "src").symlink_to("real")
    (checkout.path / "y.py").symlink_to("real/a/x.py")
    hint = "include what it points to"
    assert refusal(layer_of(checkout.path, "src/a", "y.py")) == (
        message("OWN006", "`src` is a symbolic link", hint)
        + "\n"
        + message("OWN006", "`y.py` is a symbolic link", hint, 1)
    )


def test_a_project_behind_a_symbolic_link(checkout: Checkout, tmp_path: Path) -> None:
    checkout.write({"a/x.py": ""})
    (tmp_path / "link").symlink_to(checkout.path)
    assert paths(layer_of(tmp_path / "link", "a")) == ["python/a/x.py"]


def test_own007_an_include_that_is_no_file(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(checkout.path / "pipe")
    monkeypatch.chdir(checkout.path)  # a socket's path is short
    with socket.socket(socket.AF_UNIX) as made:
        made.bind("sock")
    hint = "a layer holds nothing else"
    assert refusal(layer_of(checkout.path, "pipe", "sock")) == (
        message("OWN007", "`pipe` is neither a file nor a folder", hint)
        + "\n"
        + message("OWN007", "`sock` is neither a file nor a folder", hint, 1)
    )


def test_own007_a_tracked_file_that_became_a_pipe(checkout: Checkout) -> None:
    checkout.commit({"a/x.py": ""})
    (checkout.path / "a/x.py").unlink()
    os.mkfifo(checkout.path / "a/x.py")
    assert refusal(layer_of(checkout.path, "a")) == message(
        "OWN007", "`a/x.py` is neither a file nor a folder", "a ZIP holds nothing else: move it away"
    )


def test_own008_a_file_that_cannot_be_read(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    checkout.write({"a/x.py": "", "a/y.py": ""})

    def closed(path: Path) -> Content:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(own_files, "read_content", closed)
    texts = ["`a/x.py` cannot be read: Permission denied", "`a/y.py` cannot be read: Permission denied"]
    assert refusal(layer_of(checkout.path, "a")) == "\n".join(
        message("OWN008", text, "give yourself the right to read it") for text in texts
    )


def test_own009_names_that_do_not_travel(checkout: Checkout) -> None:
    checkout.write({"a/x\ny.py": "", "a/tab\t.py": "", "a/back\\slash.py": "", "a/c1\u0085.py": ""})
    texts = [
        r"the name `a/back\slash.py` holds a backslash",
        r"the name `a/c1\x85.py` holds a control character",
        r"the name `a/tab\t.py` holds a control character",
        r"the name `a/x\ny.py` holds a control character",
    ]
    said = "\n".join(message("OWN009", text, "rename the file") for text in texts)
    assert refusal(layer_of(checkout.path, "a")) == said
    checkout.commit()
    assert refusal(layer_of(checkout.path, "a")) == said


def test_own010_a_name_that_is_not_utf8(checkout: Checkout) -> None:
    checkout.write({"a/x.py": ""})
    name = os.fsencode(checkout.path) + b"/a/caf\xe9.py"
    try:
        os.close(os.open(name, os.O_CREAT | os.O_WRONLY))
    except OSError:
        pytest.skip("this disk takes no such name")
    said = message("OWN010", r"the name `a/caf\xe9.py` is not UTF-8", "rename the file")
    assert refusal(layer_of(checkout.path, "a")) == said
    checkout.commit()
    assert refusal(layer_of(checkout.path, "a")) == said


def test_names_that_git_would_quote(checkout: Checkout) -> None:
    checkout.commit(
        {'a/"quoted" name ä\u4e2d.py': "", "a/[b]*?.py": "", "a/ space": "", "a/-dash": "", "a/:(top)x": ""}
    )
    assert paths(layer_of(checkout.path, "a")) == [
        "python/a/ space",
        'python/a/"quoted" name ä\u4e2d.py',
        "python/a/-dash",
        "python/a/:(top)x",
        "python/a/[b]*?.py",
    ]


def test_an_include_whose_name_is_a_pattern(checkout: Checkout) -> None:
    checkout.commit({"[ab]/x.py": "", "a/y.py": "", "*/z.py": "", ":(top)w/w.py": ""})
    assert paths(layer_of(checkout.path, "[ab]", "*", ":(top)w")) == [
        "python/*/z.py",
        "python/:(top)w/w.py",
        "python/[ab]/x.py",
    ]


def test_all_problems_of_all_layers_at_once(checkout: Checkout) -> None:
    checkout.write({"a/x\t.py": ""})
    layers = [layer_of(checkout.path, "a", "b"), layer_of(checkout.path, "c", name="other")]
    with pytest.raises(SpecError) as caught:
        collect_all(layers)
    assert [item.code for item in caught.value.diagnostics] == ["OWN009", "OWN001", "OWN001"]


def test_many_layers_are_one_question_to_git(
    checkout: Checkout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout.write({f"src/l{number}/x.py": str(number) for number in range(600)})
    real = shutil.which("git")
    bin_dir = tmp_path / "bin"
    bin_dir.mkdir()
    (bin_dir / "git").write_text(f'#!/bin/sh\necho call >>"{bin_dir}/calls"\nexec {real} "$@"\n')
    (bin_dir / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{bin_dir}:{os.environ['PATH']}")
    layers = [layer_of(checkout.path, f"src/l{number}", name=f"l{number}") for number in range(600)]
    found = collect_all(layers)
    assert {name: [file.path for file in found[name].files] for name in found} == {
        f"l{number}": [f"python/l{number}/x.py"] for number in range(600)
    }
    assert (bin_dir / "calls").read_text().count("call") == 2


@contextmanager
def umask(value: int) -> Iterator[None]:
    before = os.umask(value)
    try:
        yield
    finally:
        os.umask(before)


file_names = st.lists(st.text(alphabet="abé._-", min_size=1, max_size=4), min_size=1, max_size=3).map("/".join)
contents = st.binary(max_size=8) | st.sampled_from([b"#!/bin/sh\r\n", ELF, b"a\r\nb\n", b"\r", b"\r\r\n"])


def _fits(files: dict[str, bytes]) -> bool:
    names = set(files)
    folders = {parent for name in names for parent in (str(path) for path in Path(name).parents)}
    parts = {part for name in names for part in name.split("/")}
    return (
        not names & folders
        and not parts & {".", ".."}
        and len({name.casefold() for name in names | folders}) == len(names | folders)
    )


@given(
    files=st.dictionaries(file_names, contents, min_size=1, max_size=5).filter(_fits),
    dice=st.randoms(),
    masks=st.tuples(st.sampled_from([0o022, 0o002, 0o077]), st.sampled_from([0o022, 0o027, 0o000])),
)
def test_the_digest_depends_on_names_and_content_alone(
    tmp_path_factory: pytest.TempPathFactory,
    files: dict[str, bytes],
    dice: random.Random,
    masks: tuple[int, int],
) -> None:
    """Not on the order of writing, nor on times, umask, modes or where the checkout lies."""
    seen = []
    for mask in masks:
        folder = tmp_path_factory.mktemp("any where")
        names = [*files]
        dice.shuffle(names)
        with umask(mask):
            for name in names:
                Checkout(path=folder).write({f"a/{name}": files[name], "a/always.txt": "x"})
                os.utime(folder / "a" / name, (dice.randrange(2**31), dice.randrange(2**31)))
                (folder / "a" / name).chmod(dice.choice([0o600, 0o755, 0o444]) | stat.S_IRUSR)
        found = collect(layer_of(folder, "a"))
        shuffled = [*found]
        dice.shuffle(shuffled)
        assert own_files_digest(found) == own_files_digest(shuffled)
        seen.append([replace(file, source=Path()) for file in found])
    assert seen[0] == seen[1]


def test_the_digest_depends_on_each_part() -> None:
    file = OwnFile(path="python/a", source=Path("a"), mode=0o644, size=1, sha256=_sha("x"), sha256_lf=None)
    other = [replace(file, path="python/b"), replace(file, mode=0o755), replace(file, sha256=_sha("y"))]
    digests = {own_files_digest([item]) for item in (file, *other)}
    assert len(digests) == 4
    same = replace(file, source=Path("/elsewhere"), size=2, sha256_lf=_sha("z"))
    assert own_files_digest([same]) == own_files_digest([file])
    assert len({own_names_digest([item]) for item in (file, *other)}) == 2


def test_the_digest_over_text_is_that_of_a_checkout_with_lf() -> None:
    crlf = OwnFile(path="python/a", source=Path("a"), mode=0o644, size=3, sha256=_sha("\r\n"), sha256_lf=_sha("\n"))
    lf = replace(crlf, sha256=_sha("\n"), sha256_lf=None)
    assert own_text_digest([crlf]) == own_files_digest([lf]) != own_files_digest([crlf])
    assert own_text_digest([lf]) is None


def _sha(text: str) -> "own_files.Sha256":
    return own_files.Sha256(hashlib.sha256(text.encode()).hexdigest())
