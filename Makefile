# The only things a machine must have are Python 3.11 with venv, and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SEED := fixtures/cases/seed-2014-spine-12-visits/case.ttl

.DEFAULT_GOAL := help
.PHONY: help setup run check test bench serve generate bless wheel clean

help: ## list the commands
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 18

setup: $(VENV)/.stamp ## install everything into .venv (a no-op when nothing changed)

$(VENV)/.stamp: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

run: setup ## decide the seed case and say how to serve
	@$(BIN)/mednec decide $(SEED)
	@echo
	@echo "Serve the API and the pages:  make serve   (then open http://127.0.0.1:8080)"

serve: setup ## serve the API and the pages on 127.0.0.1:8080
	$(BIN)/mednec serve

check: setup ## format, lint, types and the fast tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest -m "not slow"

test: setup ## everything
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest

bench: setup ## measure one case against HermiT, pySHACL and rdflib, in one run
	$(BIN)/python -m benchmarks.one_case

generate: setup ## classify the ontology with HermiT again
	$(BIN)/mednec generate

bless: setup ## rewrite the golden determinations, then show what changed
	$(BIN)/pytest tests/cases --bless
	git diff --stat fixtures

wheel: setup ## build the wheel into dist/
	$(BIN)/python -m hatchling build -t wheel

clean: ## remove what the commands made
	rm -rf $(VENV) dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
