"""The ``layerforge`` command, also reached by ``python -m layerforge``."""

import gc
import sys
from typing import Final

_NEW_OBJECTS: Final = 200_000
"""Made before garbage is looked for: a spec of a thousand layers keeps all that it makes, and a run is short."""


def main() -> int:
    """Run the command line with the arguments of this process and return its exit code."""
    gc.set_threshold(_NEW_OBJECTS)
    try:
        from layerforge.cli.main import run  # noqa: PLC0415 - keeps `import layerforge.__main__` free

        return run(sys.argv[1:])
    except KeyboardInterrupt:  # before a command has begun: from then on the command line says so itself
        sys.stderr.write("\ninterrupted\n")
        return 130


if __name__ == "__main__":
    sys.exit(main())
