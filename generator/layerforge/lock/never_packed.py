"""Names that are never own files of a layer or a function, whatever git or the spec say."""

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Final

_VERSION_CONTROL: Final = {".git", ".gitattributes", ".gitignore", ".gitkeep", ".gitmodules", ".hg", ".jj", ".svn"}
_SECRETS: Final = {".env", ".envrc", ".netrc"}
_ENVIRONMENTS: Final = {".eggs", ".nox", ".tox", ".venv"}
_MODULES: Final = {"node_modules"}
_CACHES: Final = {"__pycache__", ".hypothesis", ".ipynb_checkpoints", ".mypy_cache", ".pytest_cache", ".ruff_cache"}
_DESKTOPS: Final = {".DS_Store", ".idea", ".vscode", "Desktop.ini", "Thumbs.db", "desktop.ini"}
_NAMES: Final = _VERSION_CONTROL | _SECRETS | _ENVIRONMENTS | _CACHES | _DESKTOPS
_GLOBS: Final = (".#*", "._*", ".coverage", ".coverage.*", ".env.*", "*.pyc", "*.pyo", "*.swo", "*.swp", "*~", "#*#")


def never_packed(names: Iterable[str], *, code: bool = False) -> str | None:
    """Return the first of a path's components that keeps the path out of every layer, or ``None``.

    Args:
        names: the components.
        code: they are of a function's code, which may bring its ``node_modules``: nothing else installs them.
    """
    for name in names:
        if name in _NAMES or (name in _MODULES and not code) or any(fnmatchcase(name, glob) for glob in _GLOBS):
            return name
    return None
