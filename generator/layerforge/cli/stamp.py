"""Remembers what a finished `gen` has seen and made, so that the next one with nothing to do can say so at once.

Standard library only, and nothing of the stages: this runs before anything else is imported. A stamp answers only for
what it can hash again: every file that was read, the names in every folder that was searched, and every file that was
written. Whatever differs, or cannot be read, means a full run.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from layerforge import __version__
from layerforge.paths import cache_dir, templates_dir

_CHUNK: Final = 1 << 20
_IGNORE_FILE: Final = ".gitignore"


@dataclass(frozen=True, kw_only=True, slots=True)
class Watched:
    """What a run depends on and what it made.

    Attributes:
        files: every file that was read; one that is not there counts as such.
        trees: folders whose own files were collected.
        outputs: every file that was written or found to be right, by its sha256 as far as the run knows it.
        folder: the folder of the outputs, whose entries must stay the same.
        around: further folders whose entries must.
    """

    files: frozenset[Path] = frozenset()
    trees: frozenset[Path] = frozenset()
    outputs: Mapping[Path, str] = field(default_factory=dict)
    folder: Path
    around: frozenset[Path] = frozenset()


def stamp_path(specs: Iterable[Path], folder: Path) -> Path:
    """Return where the stamp of these specs and this output folder lies."""
    key = hashlib.sha256("\0".join([*map(str, specs), "", os.path.abspath(folder)]).encode(errors="surrogateescape"))  # noqa: PTH100
    return cache_dir() / "stamps" / f"{key.hexdigest()}.json"


def read_answer(path: Path, question: tuple[str, ...]) -> dict[str, Any] | None:
    """Return what the stamped run had to say if nothing has changed since, else ``None``."""
    try:
        stamp = json.loads(path.read_bytes())
        same = (
            stamp["question"] == list(question)
            and stamp["tool"] == _tool()
            and all(_file(name) == seen for name, seen in stamp["files"].items())
            and all(_tree(name) == seen for name, seen in stamp["trees"].items())
            and all(_names(name) == seen for name, seen in stamp["folders"].items())
            and all(_file(name) == seen for name, seen in stamp["outputs"].items())
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError):
        return None  # no stamp, or one that another version wrote: a full run is always right
    answer: dict[str, Any] | None = stamp["answer"] if same else None
    return answer


def make_stamp(watched: Watched, question: tuple[str, ...], answer: Mapping[str, Any]) -> str:
    """Return the text of a stamp.

    Raises:
        OSError: something that a later run would have to compare cannot be read.
    """
    above = {parent for tree in watched.trees for parent in tree.parents}
    git = {parent / _IGNORE_FILE for parent in above} | {index for parent in above for index in _git_index(parent)}
    files = sorted(map(str, watched.files | git))
    return json.dumps(
        {
            "tool": _tool(),
            "question": list(question),
            "files": {name: _file(name) for name in files},
            "trees": {str(tree): _tree(str(tree)) for tree in sorted(watched.trees)},
            "folders": {str(folder): _names(str(folder)) for folder in sorted({watched.folder, *watched.around})},
            "outputs": {str(name): seen or _file(str(name)) for name, seen in sorted(watched.outputs.items())},
            "answer": dict(answer),
        }
    )


def _git_index(folder: Path) -> Iterator[Path]:
    """Yield what tells which files git tracks: the index of a repository or of a linked work tree."""
    git = folder / ".git"
    if git.is_file():
        yield (
            folder / git.read_text(encoding="utf-8", errors="surrogateescape").removeprefix("gitdir:").strip() / "index"
        )
    yield git / "index"


def _tool() -> str:
    """Fingerprint layerforge itself, so that an upgrade, or a changed line in a checkout, is a full run."""
    hasher = hashlib.sha256(__version__.encode())
    for root in (Path(__file__).resolve().parents[1], templates_dir()):
        for name, stat in sorted(_stats(str(root))):
            hasher.update(f"{name}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode(errors="surrogateescape"))
    return hasher.hexdigest()


def _stats(folder: str) -> Iterator[tuple[str, os.stat_result]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name == "__pycache__":
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from _stats(entry.path)
            else:
                yield entry.path, entry.stat()


def _file(name: str) -> str | None:
    """Digest a file's content; ``None`` where there is none."""
    try:
        with open(name, "rb", buffering=0) as stream:  # noqa: PTH123 - a thousand times faster to start than Path
            hasher = hashlib.sha256()
            while chunk := stream.read(_CHUNK):
                hasher.update(chunk)
    except (FileNotFoundError, NotADirectoryError):
        return None
    return hasher.hexdigest()


def _tree(name: str) -> str:
    """Digest the names and contents below a folder, or one file's content."""
    if not os.path.isdir(name):  # noqa: PTH112
        return str(_file(name))
    hasher = hashlib.sha256()
    for path, regular in sorted(_below(name)):
        hasher.update(f"{path}\0{_file(path) if regular else 'special'}\n".encode(errors="surrogateescape"))
    return hasher.hexdigest()


def _below(folder: str) -> Iterator[tuple[str, bool]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name in {".git", "__pycache__"}:
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from _below(entry.path)
            else:
                yield entry.path, entry.is_file(follow_symlinks=False)


def _names(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))  # noqa: PTH208
    except (FileNotFoundError, NotADirectoryError):
        return []
