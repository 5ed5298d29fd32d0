"""The files of the repository, for tests about the repository itself."""

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@cache
def tracked(suffix: str = "", *options: str) -> tuple[Path, ...]:
    """Return the tracked files whose names end so, relative to the top, sorted."""
    argv = ["git", "ls-files", "-z", "--cached", *options]
    listed = subprocess.run(argv, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    names = sorted(name for name in set(listed.split("\0")) if name.endswith(suffix) and (ROOT / name).is_file())
    return tuple(Path(name) for name in names)


def sources() -> tuple[Path, ...]:
    """Return the tracked files and those that are new and not ignored: what a build of the package sees."""
    return tracked("", "--others", "--exclude-standard")


def text(path: Path) -> str:
    """Return the text of a tracked file; bytes that are no UTF-8 come out as escapes."""
    return (ROOT / path).read_text(encoding="utf-8", errors="backslashreplace")
