"""Compares trees of texts with the ones that are kept in the repository, whole and both ways."""

import difflib
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the flag that writes what is made now over what is kept."""
    parser.addoption("--update-golden", action="store_true", help="write golden files instead of comparing with them")


class Golden:
    """Golden files, compared or, with the flag, written."""

    def __init__(self, *, update: bool) -> None:
        self.update = update

    def tree(self, folder: Path, texts: Mapping[str, str]) -> None:
        """Compare ``texts``, by relative path, with all files below ``folder``."""
        if self.update:
            shutil.rmtree(folder, ignore_errors=True)
            for name, text in texts.items():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_text(text, encoding="utf-8", newline="")
        kept = {
            path.relative_to(folder).as_posix(): path.read_bytes().decode()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }
        found = [_diff(name, kept.get(name), texts.get(name)) for name in sorted({*kept, *texts})]
        differences = [text for text in found if text]
        assert not differences, "\n".join([*differences, "If that is meant: pytest --update-golden"])

    def text(self, path: Path, text: str) -> None:
        """Compare one text with one file."""
        if self.update:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")
        kept = path.read_bytes().decode() if path.is_file() else None
        difference = _diff(path.name, kept, text)
        assert not difference, f"{difference}\nIf that is meant: pytest --update-golden"


def _diff(name: str, kept: str | None, made: str | None) -> str:
    if kept == made:
        return ""
    lines = difflib.unified_diff(
        (kept or "").splitlines(), (made or "").splitlines(), f"{name} (kept)", f"{name} (made)", lineterm=""
    )
    missing = " (not kept)" if kept is None else " (not made)" if made is None else ""
    return "\n".join([f"{name}{missing}", *lines])


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Golden files: ``golden.tree(folder, texts)`` and ``golden.text(path, text)``."""
    return Golden(update=request.config.getoption("--update-golden"))
