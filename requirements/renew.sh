#!/bin/sh
# Writes the pins of this folder anew: `make lock-dev` takes newer versions, `make lock-dev UPGRADE=` only what the
# sources (*.in, pyproject.toml) ask for. The files name no index and no host.
# One after the other, because dev.txt follows run.txt, and run.txt follows build.txt.
set -eu
compile() {
    ../.venv/bin/python -m uv pip compile --quiet ${UPGRADE:-} --universal --python-version 3.11 --generate-hashes \
        --no-header --no-annotate --no-emit-index-url --no-emit-find-links "$@"
}
compile build.in --output-file build.txt
compile ../pyproject.toml run.in --output-file run.txt
compile ../pyproject.toml dev.in --output-file dev.txt
compile bench.in --output-file bench.txt
compile runtime.in --output-file runtime.txt
compile scan.in --output-file scan.txt
