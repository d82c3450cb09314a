# The two commands of the README, and what they need. A fresh machine has python3 (3.11 or later) and make.
PYTHON ?= python3
VENV := .venv
READY := $(VENV)/.ready
BIN := $(VENV)/bin

.PHONY: rehearse rehearse-engine test check fmt bench reference lock clean
.DEFAULT_GOAL := test

rehearse: $(READY) ## the whole system on this machine, against local emulators
	@$(BIN)/python -m rehearsal $(ARGS)

rehearse-engine: $(READY) ## the same stack through Pulumi's own engine, where there is one
	@$(BIN)/python -m rehearsal.engine

test: check ## checks and all tests
	$(BIN)/python -m pytest -q -n 2 $(ARGS)

check: $(READY) ## format, lint, types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyright --warnings

bench: $(READY) ## measures this project next to what is done without it
	@$(BIN)/python -m bench

reference: $(READY) ## docs/reference.md, docs/cli.md and stacks/schema.json anew, from components and commands
	@$(BIN)/python -m reference

fmt: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: ## pins anew from pyproject.toml; needs uv
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url -o requirements.txt
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --extra cli --group dev -c requirements.txt -o requirements-dev.txt

clean:
	rm -rf $(VENV) .rehearsal .bench .hypothesis .pytest_cache .ruff_cache

$(READY): requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "make: python3 is $$($(PYTHON) --version 2>&1 | cut -d" " -f2); install Python 3.11 or later, or name one: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "make: python3 has no venv; install it: apt-get install python3-venv"; exit 1; }
	@echo "Preparing $(VENV) from requirements-dev.txt (once, about a minute)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@
