# Two commands do everything on a fresh machine: `make run` and `make test`.
SHELL := /bin/bash
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do command -v $$p >/dev/null 2>&1 && $$p -c '$(NEW_ENOUGH)' 2>/dev/null && echo $$p && break; done)
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
BIN := .venv/bin
STAMP := .venv/.installed
# Without bytecode, every worker and every program that a test starts would compile all modules anew.
WITH_BYTECODE := env -u PYTHONDONTWRITEBYTECODE

.PHONY: help setup run test check conformance simulate bench format lock clean

help: ## what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 18

setup: $(STAMP) ## create .venv and install
	@echo "installed: .venv/bin/tidegate --help"

$(STAMP): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "tidegate needs Python 3.11 or newer: install it, or name it with make PYTHON=/path/to/python"; exit 1; }
	@$(PYTHON) -c '$(NEW_ENOUGH)' 2>/dev/null || { echo "$(PYTHON) is no Python 3.11 or newer: name one with make PYTHON=/path/to/python"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "$(PYTHON) has no venv module: on Debian, apt-get install python3-venv"; exit 1; }
	@$(BIN)/python -c '$(NEW_ENOUGH)' 2>/dev/null || $(PYTHON) -m venv --clear .venv
	@echo "installing into .venv, which takes a minute or so"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --constraint constraints.txt --editable '.[dev]'
	@touch $(STAMP)

run: $(STAMP) ## run the demo: three simulated venues, one desk, real orders
	@$(BIN)/tidegate demo

test: $(STAMP) ## run every test
	@$(WITH_BYTECODE) $(BIN)/python -m pytest -n 3 --dist loadscope $(ARGS)

check: $(STAMP) ## lint, types, import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

conformance: $(STAMP) ## run the simulators' tests and write docs/VENUESIM_CONFORMANCE.md from what they show
	@$(WITH_BYTECODE) $(BIN)/python -m pytest -q -n 2 --dist loadscope --write-conformance docs/VENUESIM_CONFORMANCE.md tests/venuesim

simulate: $(STAMP) ## run seeded histories full of faults: SEEDS=1000 of them, or SEED=7 alone with a trace
	@PYTHONPATH=tests PYTHONHASHSEED=0 $(BIN)/python -m simulation $(if $(SEED),--seed $(SEED),--seeds $(or $(SEEDS),200))

bench: $(STAMP) ## measure; prints a table and writes build/bench.json
	@$(BIN)/python -m benchmarks

format: $(STAMP) ## format the code
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

lock: $(STAMP) ## pin the newest versions that fit pyproject.toml
	@$(BIN)/uv pip compile --quiet --universal --upgrade --python-version 3.11 --no-annotate --no-header --extra dev pyproject.toml --output-file constraints.txt

clean: ## remove the environment and everything built
	@rm -rf .venv build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
