# Two commands do everything: `make demo` runs the main job, `make test` passes the tests.
# Both need only Python >= 3.11 and make; the private .venv is made once and reused.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
EXTRA  := $(VENV)/.examples
UV     := $(shell command -v uv 2>/dev/null)

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint format types layers drift reference check catalog live slow chaos fuzz bench clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "eventpact needs Python >= 3.11; name one with: make PYTHON=python3.12 ..." >&2; exit 1; }
ifdef UV
	@test -x $(BIN)/python || $(UV) venv --quiet --python "$$(command -v $(PYTHON))" $(VENV)
	$(UV) pip install --quiet --python $(BIN)/python -e '.[dev]'
else
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
endif
	@touch $@

# The extra of the example services; in the same .venv, and not in everybody's way.
$(EXTRA): $(STAMP)
ifdef UV
	$(UV) pip install --quiet --python $(BIN)/python -e '.[dev,examples]'
else
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev,examples]'
endif
	@touch $@

setup: $(STAMP) ## make the private .venv

demo: $(STAMP) ## run the main job on the embedded stack
	$(BIN)/eventpact demo $(DEMO_ARGS)

test: $(STAMP) ## run the tests
	$(BIN)/python -m pytest -n auto $(PYTEST_ARGS)

.PHONY: examples  # a folder is called so
examples: $(EXTRA) ## the example services: install their extra (0.5 GB), check types, run their tests
	$(BIN)/mypy $$(find examples/extraction_worker examples/upload_api tests/examples -name '*.py')
	$(BIN)/python -m pytest -n auto tests/examples/test_extra.py tests/examples/*/ $(PYTEST_ARGS)

lint: $(STAMP) ## ruff: rules and layout
	$(BIN)/ruff check
	$(BIN)/ruff format --check

format: $(STAMP) ## lay the code out
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

types: $(STAMP) ## mypy --strict
	$(BIN)/mypy

layers: $(STAMP) ## imports point down
	$(BIN)/lint-imports

drift: $(STAMP) ## generated code equals the schemas
	$(BIN)/eventpact generate --check

reference: $(STAMP) ## docs/cli.md and docs/api.md from the command line and the docstrings
	$(BIN)/python -m tests.docs.reference

check: $(STAMP) ## the gate: lint, layout of schemas, compatibility, golden payloads
	$(BIN)/eventpact format --check
	$(BIN)/eventpact check

catalog: $(STAMP) ## the contracts as a site, in site/
	$(BIN)/eventpact docs --out site

live: $(STAMP) ## tests against real services (Java, Go, or what the environment names)
	$(BIN)/python -m pytest -m "live and not slow" $(PYTEST_ARGS)

slow: $(STAMP) ## what takes minutes: long kill runs, a million dead letters
	$(BIN)/python -m pytest -m slow $(PYTEST_ARGS)

chaos: $(STAMP) ## kills, outages and flaws on a real Kafka, with the ledger printed (minutes)
	$(BIN)/python -m tests.chaos $(CHAOS_ARGS)

fuzz: $(STAMP) ## a million broken bodies for the decoder
	$(BIN)/python -m tests.fuzz.fuzz_codec

bench: $(STAMP) ## ratios, measured side by side in one run
	for bench in tests/bench/bench_*.py; do $(BIN)/python -m "tests.bench.$$(basename $$bench .py)" || exit 1; done

clean: ## remove the .venv and the caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
