"""The ``layerforge`` command, also reached by ``python -m layerforge``."""

import sys


def main() -> int:
    """Run the command line with the arguments of this process and return its exit code."""
    from layerforge.cli.main import run  # noqa: PLC0415 - keeps `import layerforge.__main__` free

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
