# `make gen` and `make test` set themselves up; `make help` lists every verb.
# Works with GNU make 3.81 (macOS) and in paths with spaces: everything is relative to this folder.

MAKEFLAGS += --no-builtin-rules --no-print-directory
SHELL := /bin/sh
.DEFAULT_GOAL := help
.NOTPARALLEL:

PY := .venv/bin/python
EXAMPLES := --spec examples/quickstart/layers.yaml --spec examples/data-science/layers.yaml --spec examples/fleet/layers.yaml
PYTEST_ARGS ?=
UPGRADE ?= --upgrade
INSTALL := -m pip install --quiet --disable-pip-version-check --require-hashes

.PHONY: setup gen test lint type scan bench check check-gen schema policy-data lock-dev clean help

setup: .venv/.stamp-dev ## create .venv with everything that development needs

gen: .venv/.stamp-run ## build the examples' ZIPs and emit modules/
	@$(PY) -m layerforge gen $(EXAMPLES) --out modules

test: .venv/.stamp-dev ## run every test, real Terraform included (PYTEST_ARGS="-n 2 -k lock")
	@$(PY) -m pytest $(PYTEST_ARGS)

lint: .venv/.stamp-dev ## ruff, formatting, and the contract of who imports whom
	@$(PY) -m ruff check && $(PY) -m ruff format --check && .venv/bin/lint-imports --no-cache

type: .venv/.stamp-dev ## mypy, strict
	@$(PY) -m mypy && MYPYPATH=examples/quickstart/src $(PY) -m mypy examples/quickstart/src/shared_utils && MYPYPATH=policies $(PY) -m mypy --explicit-package-bases policies/layer_*.py policies/lambda_layer_rules && MYPYPATH=bench:generator:tests $(PY) -m mypy bench/run.py bench/in_process.py

scan: .venv-scan/.stamp ## checkov over modules/ and examples/, with its policies and ours; SARIF in build/scan/
	@sh .ci/scan modules examples

bench: .venv-bench/.stamp .venv-scan/.stamp .venv/.stamp-run ## compare with other tools, print the tables (BENCH_ARGS="--long --update-docs")
	@$(PY) bench/run.py $(BENCH_ARGS)

check: lint type check-gen scan test ## all that CI runs: lint, types, import contract, gen --check, scan, tests

check-gen: .venv/.stamp-run ## tell whether lock and modules/ are those of the examples' specs
	@$(PY) -m layerforge gen $(EXAMPLES) --out modules --check

schema: .venv/.stamp-run ## write schema/layerforge.schema.json anew
	@$(PY) -m layerforge schema > schema/.new && mv schema/.new schema/layerforge.schema.json

policy-data: .venv/.stamp-run ## write policies/data/ anew from the facts of the plan stage
	@$(PY) .ci/policy-data

lock-dev: .venv/.stamp-run ## renew the pins of requirements/ (UPGRADE= for only what is new in the sources)
	@cd requirements && UPGRADE='$(UPGRADE)' sh ./renew.sh

clean: ## remove what make made; the package cache of layerforge stays
	@rm -rf .venv .venv-bench .venv-scan build dist modules/*/artifacts .mypy_cache .pytest_cache .ruff_cache .hypothesis

help: ## show this list
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1	\2/p' Makefile | while IFS='	' read -r verb text; do printf 'make %-11s %s\n' "$$verb" "$$text"; done

# Stamps. Packages are installed by pinned hash only, and built with pinned tools (no build isolation).
# The build tools come first, then the product's dependencies, then the product itself, editable.
.venv/.stamp-run: requirements/build.txt requirements/run.txt pyproject.toml
	@sh .ci/venv .venv
	@$(PY) $(INSTALL) --requirement requirements/build.txt
	@$(PY) $(INSTALL) --no-build-isolation --use-pep517 --requirement requirements/run.txt
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-index --no-build-isolation --no-deps --editable .
	@touch $@

.venv/.stamp-dev: .venv/.stamp-run requirements/dev.txt
	@$(PY) $(INSTALL) --no-build-isolation --use-pep517 --requirement requirements/dev.txt
	@touch $@

.venv-bench/.stamp: requirements/bench.txt
	@sh .ci/venv .venv-bench
	@.venv-bench/bin/python $(INSTALL) --requirement requirements/bench.txt
	@touch $@

.venv-scan/.stamp: requirements/scan.txt
	@sh .ci/venv .venv-scan
	@.venv-scan/bin/python $(INSTALL) --requirement requirements/scan.txt
	@touch $@
