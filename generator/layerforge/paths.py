"""Where layerforge's own files lie: the templates it ships and the cache it keeps."""

import os
from functools import cache
from pathlib import Path

CACHE_VARIABLE = "LAYERFORGE_CACHE_DIR"


@cache
def templates_dir() -> Path:
    """Return the folder of the templates.

    In a wheel they lie inside the package; in a checkout, an editable install or an unpacked sdist at the top of
    the tree.
    """
    package = Path(__file__).resolve().parent
    shipped = package / "templates"
    return shipped if shipped.is_dir() else package.parents[1] / "templates"


def cache_dir() -> Path:
    """Return the folder of the store and of the stamps: ``LAYERFORGE_CACHE_DIR``, or the user's cache folder."""
    chosen = os.environ.get(CACHE_VARIABLE)
    if chosen:
        return Path(chosen).expanduser().absolute()
    import platformdirs  # noqa: PLC0415 - only where the variable does not answer

    return Path(platformdirs.user_cache_dir("layerforge", appauthor=False))
