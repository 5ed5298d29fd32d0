"""A stamp answers only while everything it can hash again is as it was."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from layerforge.cli.console import Console
from layerforge.cli.remember import Memory
from layerforge.cli.stamp import Watched, make_stamp, read_answer, stamp_path
from layerforge.cli.withdrawn import WITHDRAWN
from layerforge.diagnostics import Diagnostic, Severity

ANSWER = {"diagnostics": [], "result": {}}
QUESTION = ("2026-11-21", "", "/work")


@pytest.fixture
def scene(tmp_path: Path) -> Path:
    for name, text in {
        "layers.yaml": "version: 1",
        "src/pkg/__init__.py": "",
        "src/pkg/data.txt": "data",
        "src/.gitignore": "*.log",
        "modules/a/main.tf": "# generated",
        "roots/eu-west-1/main.tf": "# generated",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    watched = Watched(
        files=frozenset({tmp_path / "layers.yaml", tmp_path / "layers.lock.json"}),
        trees=frozenset({tmp_path / "src/pkg"}),
        outputs={tmp_path / "modules/a/main.tf": ""},
        folder=tmp_path / "modules",
        around=frozenset({tmp_path / "roots"}),
    )
    (tmp_path / "stamp.json").write_text(make_stamp(watched, QUESTION, ANSWER))
    return tmp_path


def answer(scene: Path) -> object:
    return read_answer(scene / "stamp.json", QUESTION)


def test_nothing_changed_is_answered(scene: Path) -> None:
    assert answer(scene) == ANSWER


def test_only_times_and_modes_changed_is_answered(scene: Path) -> None:
    os.utime(scene / "layers.yaml", (1, 1))
    (scene / "src/pkg/data.txt").chmod(0o755)
    assert answer(scene) == ANSWER


CHANGES: dict[str, Callable[[Path], object]] = {
    "the spec": lambda top: (top / "layers.yaml").write_text("version: 2"),
    "a spec that is gone": lambda top: (top / "layers.yaml").unlink(),
    "a lock that came": lambda top: (top / "layers.lock.json").write_text("{}"),
    "an own file's content": lambda top: (top / "src/pkg/data.txt").write_text("DATA"),
    "a root that came": lambda top: (top / "roots/us-east-1").mkdir(),
    "a new own file": lambda top: (top / "src/pkg/new.py").write_text(""),
    "an own file that is gone": lambda top: (top / "src/pkg/data.txt").unlink(),
    "an own file that became a link": lambda top: (
        (top / "src/pkg/data.txt").unlink(),
        (top / "src/pkg/data.txt").symlink_to("__init__.py"),
    ),
    "an ignore file above": lambda top: (top / "src/.gitignore").write_text("*.txt"),
    "a new ignore file above": lambda top: (top / ".gitignore").write_text("*.txt"),
    "git's index": lambda top: ((top / ".git").mkdir(), (top / ".git/index").write_text("tracked")),
    "an output": lambda top: (top / "modules/a/main.tf").write_text("# edited"),
    "an output that is gone": lambda top: (top / "modules/a/main.tf").unlink(),
    "a module that came": lambda top: (top / "modules/b").mkdir(),
    "no stamp": lambda top: (top / "stamp.json").unlink(),
    "half a stamp": lambda top: (top / "stamp.json").write_bytes((top / "stamp.json").read_bytes()[:-9]),
    "a stamp of another shape": lambda top: (top / "stamp.json").write_text("[]"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_any_change_means_a_full_run(scene: Path, change: Callable[[Path], object]) -> None:
    change(scene)
    assert answer(scene) is None


def test_another_question_is_not_answered(scene: Path) -> None:
    assert read_answer(scene / "stamp.json", ("2026-11-22", "", "/work")) is None


def test_another_layerforge_is_not_answered(scene: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("layerforge.cli.stamp.__version__", "999")
    assert answer(scene) is None


def test_each_combination_of_specs_and_folder_has_its_own(tmp_path: Path) -> None:
    one, two = tmp_path / "a.yaml", tmp_path / "b.yaml"
    paths = {stamp_path(specs, folder) for specs in ([one], [two], [one, two]) for folder in (tmp_path, tmp_path / "x")}
    assert len(paths) == 6


def memory_of(scene: Path) -> Memory:
    return Memory(path=scene / "stamp.json", question=QUESTION, usable=True)


def test_what_happened_once_is_not_said_again(scene: Path) -> None:
    lasting = Diagnostic(code="PLAN007", message="an unknown runtime", severity=Severity.WARNING)
    console = Console(command="gen")
    left = Diagnostic(code=WITHDRAWN, message="a grant leaves", severity=Severity.WARNING)
    console.diagnose([lasting, left])
    console.result["effects"] = [{"kind": "grant left"}]
    memory_of(scene).keep(Watched(folder=scene / "modules"), console)
    later = Console(command="gen")
    assert memory_of(scene).answers(later)
    assert later.spoken == [lasting]
    assert later.result == {
        "built": [],
        "modules": {"added": [], "changed": [], "removed": []},
        "roots": {},
        "effects": [],
    }


def test_a_stamp_that_cannot_be_written_is_a_warning(scene: Path, capsys: pytest.CaptureFixture[str]) -> None:
    blocked = Memory(path=scene / "layers.yaml/stamps/x.json", question=QUESTION, usable=True)
    blocked.keep(Watched(folder=scene / "modules"), Console(command="gen"))
    assert capsys.readouterr().err.startswith(
        f"warning[OUT090]: `{scene}/layers.yaml/stamps/x.json` cannot be written: Not a directory\n"
    )


def test_a_file_that_cannot_be_read_costs_the_stamp_and_nothing_else(
    scene: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_name: str) -> None:
        raise PermissionError(13, "Permission denied", "/above/.gitignore")

    (scene / "stamp.json").unlink()
    monkeypatch.setattr("layerforge.cli.stamp._file", refuse)
    watched = Watched(folder=scene / "modules", files=frozenset({scene / "layers.yaml"}))
    memory_of(scene).keep(watched, Console(command="gen"))
    assert capsys.readouterr().err == ""
    assert not (scene / "stamp.json").exists()
