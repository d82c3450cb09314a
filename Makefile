# The commands of this project: `make` lists them. A fresh machine has python3 (3.11 or later) and make.
PYTHON ?= python3
VENV := .venv
READY := $(VENV)/.ready
BIN := $(VENV)/bin
# Tests and rehearsals start many processes: without bytecode on disk, each would compile everything anew.
unexport PYTHONDONTWRITEBYTECODE
# A run of a part says nothing about coverage, so only the whole suite is measured. The threshold keeps SlipCover's
# probes in place: to remove them takes longer than they do, and fails if another thread imports something meanwhile.
MEASURED := $(if $(ARGS),,-m slipcover --threshold 1000000000 --json --out .slipcover.json)

.PHONY: help rehearse validate best-practices rehearse-engine venv test test-fast check fmt bench reference docs dist lock clean
.PHONY: lint types suite
.DEFAULT_GOAL := help

help: ## this list
	@echo "make TARGET [ARGS=\"...\"], where TARGET is one of:"
	@sed -n 's/^\([a-z-]*\):.*## /  \1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 20

rehearse: $(READY) ## run the whole system on this machine, against local emulators
	@$(BIN)/python -m rehearsal $(ARGS)

validate: $(READY) ## find all mistakes in stack files, in a second; ARGS="FILE...", default all
	@$(BIN)/python -W ignore -m validation $(ARGS)

best-practices: $(READY) ## check what a stack creates against best practices; ARGS=FILE
	@$(BIN)/python -W ignore -m validation.practices $(ARGS)

rehearse-engine: $(READY) ## run the local stack through Pulumi's own engine, if it is installed
	@$(BIN)/python -m rehearsal.engine

venv: $(READY) ## prepare .venv, with the gitlab-ecr command

# The types are checked beside the tests, as one more process. Whichever fails, `make test` fails.
test: lint ## run all checks and tests, and show the coverage
	@$(MAKE) --no-print-directory --jobs=2 types suite
	@$(if $(ARGS),true,$(BIN)/python .ci/coverage_summary.py)

# Four processes for two cores: a rehearsal waits for its own processes a third of the time.
suite: $(READY)
	@rm -rf .slipcover.json .slipcover.children
	$(BIN)/python $(MEASURED) -m pytest -q -n 4 --dist loadgroup --no-loadscope-reorder $(ARGS)

# Three processes: these tests wait less, and each process takes seconds to import and collect them.
test-fast: $(READY) ## run the tests that need no rehearsal, in a minute
	$(BIN)/python -m pytest -q -n 3 --dist loadgroup --no-loadscope-reorder -m "not rehearsal and not slow" $(ARGS)

check: lint types ## check format, lint and types

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

# With more room for new objects, Node collects garbage less often, and pyright takes a tenth less CPU time.
types: $(READY)
	NODE_OPTIONS="--max-semi-space-size=64 $$NODE_OPTIONS" $(BIN)/pyright --warnings

fmt: $(READY) ## fix what the formatter and the linter can fix
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(READY) ## compare the speed of this project with how people do it without
	@$(BIN)/python -m bench

reference: $(READY) ## generate docs/reference.md, docs/cli.md, docs/doctor.md and the schemas from the code
	@$(BIN)/python -m reference

docs: $(READY) ## build the documentation as a site, and serve it on this machine until Ctrl-C
	@$(BIN)/python -m sphinx -q -W --keep-going -c docs/site . .site
	@$(BIN)/python -u -m http.server --bind 127.0.0.1 --directory .site 0

dist: $(READY) ## build the wheel and the source archive, with the schemas of stack files and of the plugin beside them
	rm -rf dist
	$(BIN)/python -m hatchling build
	cp stacks/schema.json dist/stack-file.schema.json
	cp plugin/schema.json dist/plugin.schema.json

lock: ## update the pinned dependencies from pyproject.toml; needs uv
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url -o requirements.txt
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --extra cli --group dev -c requirements.txt -o requirements-dev.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --group release -o requirements-release.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --group policies -o policies/requirements.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --group docs -c requirements-dev.txt -o requirements-docs.txt

clean: ## remove everything that these commands made
	rm -rf $(VENV) .rehearsal .site .bench .coverage .slipcover.json .slipcover.children .hypothesis .pytest_cache .ruff_cache dist

$(READY): requirements-dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "make: python3 is $$($(PYTHON) --version 2>&1 | cut -d" " -f2); install Python 3.11 or later, or name one: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "make: python3 has no venv; install it: apt-get install python3-venv"; exit 1; }
	@echo "Preparing $(VENV) from requirements-dev.txt: once, about a minute on an idle machine with a fast network"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-index --no-deps --no-build-isolation --editable .
	@touch $@
