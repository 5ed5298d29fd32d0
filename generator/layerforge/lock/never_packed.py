"""Names that are never a layer's own files, whatever git or the spec say."""

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Final

_VERSION_CONTROL: Final = {".git", ".gitattributes", ".gitignore", ".gitkeep", ".gitmodules", ".hg", ".jj", ".svn"}
_SECRETS: Final = {".env", ".envrc", ".netrc"}
_ENVIRONMENTS: Final = {".eggs", ".nox", ".tox", ".venv", "node_modules"}
_CACHES: Final = {"__pycache__", ".hypothesis", ".ipynb_checkpoints", ".mypy_cache", ".pytest_cache", ".ruff_cache"}
_DESKTOPS: Final = {".DS_Store", ".idea", ".vscode", "Desktop.ini", "Thumbs.db", "desktop.ini"}
_NAMES: Final = _VERSION_CONTROL | _SECRETS | _ENVIRONMENTS | _CACHES | _DESKTOPS
_GLOBS: Final = (".#*", "._*", ".coverage", ".coverage.*", ".env.*", "*.pyc", "*.pyo", "*.swo", "*.swp", "*~", "#*#")


def never_packed(names: Iterable[str]) -> str | None:
    """Return the first of a path's components that keeps the path out of every layer, or ``None``."""
    for name in names:
        if name in _NAMES or any(fnmatchcase(name, glob) for glob in _GLOBS):
            return name
    return None
