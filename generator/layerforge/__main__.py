"""The ``layerforge`` command, also reached by ``python -m layerforge``."""

import sys


def main() -> int:
    """Run the command line with the arguments of this process and return its exit code."""
    try:
        from layerforge.cli.main import run  # noqa: PLC0415 - keeps `import layerforge.__main__` free

        return run(sys.argv[1:])
    except KeyboardInterrupt:  # before a command has begun: from then on the command line says so itself
        sys.stderr.write("\ninterrupted\n")
        return 130


if __name__ == "__main__":
    sys.exit(main())
