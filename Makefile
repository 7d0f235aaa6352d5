# Two commands: `make run` starts Firstlight, `make test` tests it. Both do all their set-up themselves.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SHELL := /bin/bash

.PHONY: run test check format clean peers bench

run: $(VENV)/run.stamp
	@exec $(BIN)/python -m core.launch --demo

test: $(VENV)/test.stamp peers
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m "not e2e" -q
	$(BIN)/python -m pytest -n 2 --dist loadfile -m e2e -q

check: $(VENV)/test.stamp
	$(BIN)/ruff check . && $(BIN)/mypy && $(BIN)/python -m pytest -q tests/test_architecture.py

format: $(VENV)/test.stamp
	$(BIN)/ruff check --fix . && $(BIN)/ruff format .

bench: $(VENV)/test.stamp
	$(BIN)/python -m models.bench

# Debian's programs that the tests talk to (a browser, a DICOM toolkit, a database server); without root they are skipped by name.
peers:
	@.ci/peers

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade pip

$(VENV)/run.stamp: requirements.txt requirements-demo.txt | $(VENV)/bin/python
	@echo "Installing what Firstlight needs; the first time this takes one to a few minutes …"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt -r requirements-demo.txt
	@touch $@

$(VENV)/test.stamp: requirements-dev.txt $(VENV)/run.stamp
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache
