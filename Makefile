# Two commands for a newcomer: `make demo` and `make test`. Each sets up what it needs.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
LOCKED := $(VENV)/.locked
LOCKS := requirements/runtime.lock requirements/dev.lock

help: ## show the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 14

$(LOCKED): $(LOCKS)
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes $(LOCKS:%=-r %)
	@touch $@

$(READY): $(LOCKED) pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

setup: $(READY) ## make the virtual environment from the lock files

demo: $(READY) ## run six cases end to end in a throw-away home
	$(BIN)/vigia demo

up: $(READY) ## keep a whole system running on this machine
	$(BIN)/vigia up

test: $(READY) ## pass all tests
ifdef ARGS
	$(BIN)/python -m pytest $(ARGS)
else
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses 3 -m "not slow and not alone"
	$(BIN)/python -m pytest -m "alone and not slow"
endif

test-slow: $(READY) ## pass the tests that take many minutes
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
		-r requirements/smoke.lock
	$(BIN)/python -m pytest -m slow $(ARGS)

check: $(READY) ## lint, format, types, import arrows
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(READY) ## write docs/reference anew from the code
	$(BIN)/python -m vigia_detect.docs

bench: $(READY) ## measure side by side with peers
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bench.lock
	$(BIN)/python benchmarks/run.py $(ARGS)

COMPILE := $(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-header \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host
lock: ## write the lock files anew
	$(PYTHON) -m venv $(VENV) && $(BIN)/python -m pip install --quiet pip-tools
	$(COMPILE) -o requirements/runtime.lock pyproject.toml
	$(COMPILE) -c requirements/runtime.lock -o requirements/dev.lock requirements/dev.in
	$(COMPILE) -c requirements/runtime.lock -o requirements/bench.lock requirements/bench.in

.PHONY: help setup demo up test test-slow check docs bench lock
