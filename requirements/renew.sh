#!/bin/sh
# Renews the pins of this folder: `make lock-dev`. The files name no index and no host.
# One after the other, because dev.txt follows run.txt, and run.txt follows build.txt.
set -eu
compile() {
    ../.venv/bin/python -m uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
        --no-header --no-annotate --no-emit-index-url --no-emit-find-links "$@"
}
compile build.in --output-file build.txt
compile ../pyproject.toml run.in --output-file run.txt
compile ../pyproject.toml dev.in --output-file dev.txt
compile bench.in --output-file bench.txt
compile scan.in --output-file scan.txt
