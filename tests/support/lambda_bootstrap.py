"""Run by a function's Python, as Lambda's bootstrap is: sets the search path, hands over to the runtime client.

Modules are looked for in the code, then in the layers, then in what comes with Python; ``.pth`` files of code and
layers count. Programs that a handler starts see nothing of this: they inherit ``PYTHONPATH`` with the runtime's folder.
"""

import os
import site
import sys

import awslambdaric.__main__


def main() -> None:
    """Start the runtime client; the first argument is what is ``/opt`` in Lambda."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    layers = f"{sys.argv[1]}/python"
    code = os.environ["LAMBDA_TASK_ROOT"]
    folders = [code, f"{layers}/lib/{version}/site-packages", layers]
    sys.path[:0] = folders
    for folder in folders:
        site.addsitedir(folder)
    os.environ.setdefault("PYTHONPATH", os.environ["LAMBDA_RUNTIME_DIR"])
    awslambdaric.__main__.main([code, os.environ["_HANDLER"]])


if __name__ == "__main__":
    main()
