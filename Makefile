# A machine needs Python 3.11 or later with venv, and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet
SEED := fixtures/cases/seed-2014-spine-12-visits/case.ttl
MADE := $(VENV) dist .hypothesis .mypy_cache .pytest_cache .ruff_cache

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup release run serve docs check test static laws mutants contract bench bench-letters bench-service bench-sparql author generate bless wheel lock clean

help: ## list the commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-16s %s\n", $$1, $$2 }'

setup: $(VENV)/.stamp ## install everything into .venv (does nothing if nothing changed)

# owlready2 is a source package: build it with the locked setuptools, not the newest.
$(VENV)/.stamp: pyproject.toml constraints.txt no-dependencies.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make setup PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)
	sed -n '/^setuptools==/,/[^\\]$$/p' constraints.txt | $(PIP) --require-hashes --no-deps -r /dev/stdin
	$(PIP) --require-hashes --no-build-isolation -r constraints.txt
	$(PIP) --require-hashes --no-deps -r no-dependencies.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

run: setup ## decide the seed case and print how to serve
	@$(BIN)/mednec decide $(SEED)
	@echo
	@echo "Serve the API and the pages:  make serve   (then open http://127.0.0.1:8080)"

serve: setup ## serve the API and the pages on 127.0.0.1:8080
	$(BIN)/mednec serve

docs: setup ## write a page for each term, guideline, provision and rule into dist/docs/
	$(BIN)/mednec docs dist/docs

check: static ## check format, lint and types, and run the fast tests
	$(BIN)/pytest -m "not slow"

test: static ## run all checks on all cores
	$(BIN)/pytest --numprocesses auto --dist worksteal

static: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

laws: setup ## run the properties on many more cases, and every case through every reference engine
	$(BIN)/pytest tests/properties --hypothesis-profile thorough
	$(BIN)/pytest -m sweep --sweep

mutants: setup ## seed faults into rules, shapes and knowledge; report which checks notice them
	$(BIN)/python -m tests.mutants

contract: setup ## try each operation of the API with many more inputs
	MEDNEC_TEST_EXAMPLES=100 $(BIN)/pytest tests/contract/test_schemathesis.py

bench: setup ## measure one case against HermiT, pySHACL and rdflib, in one run
	$(BIN)/python -m benchmarks.one_case

LETTERS ?= ../shared/letters
bench-letters: setup ## read the real letters in LETTERS, if present, and score the reading (THIRD="develop tune")
	$(BIN)/python -m benchmarks.letters $(LETTERS) $(foreach third,$(THIRD),--third $(third))

bench-service: setup ## measure the service: decisions a second, percentiles, memory
	$(BIN)/python -m benchmarks.service

bench-sparql: setup ## measure SPARQL over HTTP against the engine, and decisions while hostile queries run
	$(BIN)/python -m benchmarks.sparql

author: setup ## check the knowledge and run the authors' tests
	$(BIN)/mednec fmt --check
	$(BIN)/mednec check
	$(BIN)/mednec test

generate: setup ## classify the ontology with HermiT
	$(BIN)/mednec generate

release: setup ## write the ontology as one versioned file into dist/ontology
	$(BIN)/mednec release dist/ontology

bless: setup ## rewrite the golden files and show what changed
	$(BIN)/pytest tests/cases --bless
	git --no-pager diff --stat

wheel: setup ## build the wheel into dist/, install it in another environment, decide a case there
	$(BIN)/python -m hatchling build --target wheel
	$(BIN)/pytest tests/hygiene/test_packaging.py

lock: setup ## pin the requirements of pyproject.toml, with hashes, in constraints.txt
	$(BIN)/uv pip compile --quiet --no-config --universal --generate-hashes --no-header --no-annotate \
		--no-emit-index-url --python-version 3.11 --extra dev --output-file constraints.txt pyproject.toml

clean: ## remove generated files
	rm -rf $(MADE)
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
