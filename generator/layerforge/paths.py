"""Where layerforge's own files lie: the templates it ships and the cache it keeps."""

import os
from functools import cache
from pathlib import Path

from layerforge.diagnostics import Diagnostic, OutsideError

CACHE_VARIABLE = "LAYERFORGE_CACHE_DIR"


@cache
def templates_dir() -> Path:
    """Return the folder of the templates."""
    return _shipped("templates")


@cache
def policies_dir() -> Path:
    """Return the folder of the policies for checkov."""
    return _shipped("policies")


def _shipped(name: str) -> Path:
    """Return a folder that ships with the package.

    In a wheel it lies inside the package; in a checkout, an editable install or an unpacked sdist at the top of the
    tree.
    """
    package = Path(__file__).resolve().parent
    inside = package / name
    return inside if inside.is_dir() else package.parents[1] / name


def expanded(path: str) -> Path:
    """Return a path with the home folder in place of ``~``; as it is where nobody knows that home folder."""
    return Path(os.path.expanduser(path))  # noqa: PTH111 - pathlib's raises


def cache_dir() -> Path:
    """Return the folder of the store and of the stamps: ``LAYERFORGE_CACHE_DIR``, or the user's cache folder.

    Raises:
        OutsideError: ``CLI014`` it lies in a home folder that cannot be found.
    """
    chosen = os.environ.get(CACHE_VARIABLE)
    try:
        if chosen:
            return Path(chosen).expanduser().absolute()
        import platformdirs  # noqa: PLC0415 - only where the variable does not answer

        return Path(platformdirs.user_cache_dir("layerforge", appauthor=False)).expanduser()  # old ones leave a `~`
    except RuntimeError as error:
        raise OutsideError(
            Diagnostic(
                code="CLI014",
                message=f"the store cannot be in `{chosen or '~/.cache/layerforge'}`: nobody knows that home folder",
                hint=f"set {CACHE_VARIABLE}, or HOME, to the full path of a folder",
            )
        ) from error
