"""Own files where there is no git: by `.gitignore` files, as git would read them."""

import os
import socket
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layerforge.cli.messages import render_diagnostics
from layerforge.diagnostics import SpecError
from layerforge.lock import walk as walking
from layerforge.lock.own_files import collect, collect_all
from layerforge.plan.types import Layer
from support.checkouts import Checkout, layer_of, repository

PLACE = " --> layers.yaml:7:9 (layers.utils.source.include[0])\n\n"


@pytest.fixture
def project(tmp_path: Path, no_own_configuration: None) -> Checkout:
    """Return a folder that is no repository."""
    made = Checkout(path=tmp_path / "project")
    made.path.mkdir()
    return made


def names(layer: Layer) -> list[str]:
    return [file.path.removeprefix("python/") for file in collect(layer)]


def refusal(layer: Layer) -> str:
    with pytest.raises(SpecError) as caught:
        collect(layer)
    return render_diagnostics(caught.value.diagnostics)


def test_rules_of_every_folder_count(project: Checkout) -> None:
    project.write(
        {
            ".gitignore": "*.log\n/src/a/top.py\nbuild/\n# comment\n\n\\#odd\n",
            "src/.gitignore": "mid.py\n",
            "src/a/.gitignore": "!kept.log\n/only-here.py\n",
            "src/a/sub/.gitignore": "*\n!*.py\n",
        }
    )
    files = [
        "top.py",
        "mid.py",
        "x.log",
        "kept.log",
        "only-here.py",
        "#odd",
        "build/x.py",
        "ok.py",
        "deep/only-here.py",
    ]
    project.write({f"src/a/{name}": "" for name in [*files, "sub/x.py", "sub/x.txt", "deep/x.log", "deep/build"]})
    assert names(layer_of(project.path, "src/a")) == [
        "a/deep/build",
        "a/deep/only-here.py",
        "a/kept.log",
        "a/ok.py",
        "a/sub/x.py",
    ]


def test_an_ignored_folder_cannot_be_reentered(project: Checkout) -> None:
    project.write(
        {".gitignore": "gone/\n!gone/x.py\n", "a/gone/x.py": "", "a/y.py": "", "a/gone/.gitignore": "!x.py\n"}
    )
    assert names(layer_of(project.path, "a")) == ["a/y.py"]


def test_nothing_is_left_of_an_ignored_include(project: Checkout) -> None:
    project.write({".gitignore": "/build\nx.py\n", "build/a/y.py": "", "src/x.py": ""})
    assert refusal(layer_of(project.path, "build/a")) == (
        "error[OWN002]: the include `build/a` holds nothing to pack: all that lies there is ignored\n"
        f"{PLACE}hint: take it out of `.gitignore`\n"
    )
    assert "OWN002" in refusal(layer_of(project.path, "src/x.py"))


def test_an_include_that_is_a_file(project: Checkout) -> None:
    project.write({"tool.py": ""})
    assert names(layer_of(project.path, "tool.py")) == ["tool.py"]


def test_rules_that_git_would_not_understand_match_nothing(project: Checkout) -> None:
    project.write({".gitignore": b"!\n/\n***\\\n[\n[[:none:]]*\n\xff\n*.log\n", "a/x.py": "", "a/x.log": ""})
    assert names(layer_of(project.path, "a")) == ["a/x.py"]


def test_rules_above_the_spec_do_not_count_without_a_repository(project: Checkout) -> None:
    project.write({".gitignore": "*\n", "team/a/x.py": ""})
    assert names(layer_of(project.path / "team", "a")) == ["a/x.py"]


def test_symbolic_links_pipes_and_sockets(project: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    project.write({"a/x.py": "", ".gitignore": "*.sock\n"})
    (project.path / "a/link").symlink_to("x.py")
    os.mkfifo(project.path / "a/pipe")
    monkeypatch.chdir(project.path / "a")
    for name in ("socket", "ignored.sock"):
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(name)
    assert refusal(layer_of(project.path, "a")) == (
        "error[OWN006]: `a/link` is a symbolic link\n"
        f"{PLACE}hint: put a file in its place: some checkouts make a text of a link\n"
        "\n"
        "error[OWN007]: `a/pipe` is neither a file nor a folder\n"
        f"{PLACE}hint: a ZIP holds nothing else: move it away\n"
        "\n"
        "error[OWN007]: `a/socket` is neither a file nor a folder\n"
        f"{PLACE}hint: a ZIP holds nothing else: move it away\n"
    )


def test_own008_a_folder_that_cannot_be_read(project: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    project.write({"a/closed/x.py": ""})
    real = os.scandir

    def scandir(path: Path) -> object:
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(walking.os, "scandir", scandir)
    assert refusal(layer_of(project.path, "a")) == (
        "error[OWN008]: `a/closed` cannot be read: Permission denied\n"
        f"{PLACE}hint: give yourself the right to read it\n"
    )


def test_own015_a_repository_without_git(checkout: Checkout, no_git: None) -> None:
    checkout.write({".gitignore": "*.log\n", "team/a/x.py": "", "team/a/x.log": "", "team/b/y.py": ""})
    layer = layer_of(checkout.path / "team", "a", "b")
    assert names(layer) == ["a/x.py", "b/y.py"]
    found = collect_all([layer])["utils"]
    assert found.untracked == ()
    assert render_diagnostics(found.diagnostics) == (
        "warning[OWN015]: git is not installed: `.gitignore` alone decides what belongs to a layer\n"
        f"{PLACE}hint: install git: it knows of files that are tracked although they are ignored\n"
    )


def test_no_git_and_no_repository_is_nothing_to_warn_of(project: Checkout, no_git: None) -> None:
    project.write({"a/x.py": ""})
    assert collect_all([layer_of(project.path, "a")])["utils"].diagnostics == ()


PARTS = [
    "a",
    "b",
    "x.py",
    "x.log",
    "*",
    "*.py",
    "?",
    "[ab]",
    "**",
    "x*",
    "[!a]",
    "a**",
    "[[:alpha:]]",
    "[a-",
    r"\a",
    "[]a]",
]
part = st.sampled_from(PARTS) | st.text(alphabet="abx.py*?[]!^-\\ :", min_size=1, max_size=5)
rule = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["", "", "", "!", "#", r"\!", " "]),
    st.sampled_from(["", "", "/"]),
    st.lists(part, min_size=1, max_size=3).map("/".join),
    st.sampled_from(["", "", "/", " ", r"\ ", "\r", "//"]),
)
rules = st.lists(rule, max_size=4).map("\n".join)
TREE = [
    f"src/{folder}{name}"
    for folder in ("", "a/", "b/", "a/b/", "a/a/", "b/y.py/", "]/", "!/")
    for name in ("x.py", "x.log", "a.txt", "a", "-", "a ", "^", "b*")
    if f"{folder}{name}" not in {"a", "a/a"}
]


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> tuple[Checkout, Checkout]:
    """Return a repository, and a folder with the same files that is none."""
    made = repository(tmp_path_factory.mktemp("with"))
    made.write(dict.fromkeys(TREE, ""))
    without = Checkout(path=tmp_path_factory.mktemp("without"))
    without.write(dict.fromkeys(TREE, ""))
    return made, without


@given(above=rules, beside=rules, inner=rules)
@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
def test_the_rules_are_read_as_git_reads_them(
    twins: tuple[Checkout, Checkout], no_own_configuration: None, above: str, beside: str, inner: str
) -> None:
    seen = []
    for twin in twins:
        twin.write({".gitignore": above, "src/.gitignore": beside, "src/a/.gitignore": inner})
        layer = layer_of(twin.path, ("src", "."))
        try:
            seen.append(names(layer))
        except SpecError as error:
            seen.append([item.code for item in error.diagnostics])
    assert seen[0] == seen[1]
