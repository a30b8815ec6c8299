# Nothing but Python (3.11 to 3.14) and make is needed beforehand; every target sets itself up.
# A Python of your own choice: make PYTHON=/path/to/python3.13 run
ANY_PYTHON := $(or $(PYTHON),$(shell for p in python3 python3.13 python3.12 python3.11 python3.14 python; do \
	command -v $$p && break; done),$(error Countersign needs Python 3.11 to 3.14: install one, then call make again))
PY := $(if $(filter Windows_NT,$(OS)),.venv/Scripts,.venv/bin)/python
SETUP := @$(ANY_PYTHON) packaging/setup_env.py
RUFF := $(PY) -m ruff
PATHS := app tests packaging db sample_docs docs
HOME_OF_RUN := build/desk
# The sample desk asks nobody for a password: its keys lie in a file of its owner, and its record says so.

.DEFAULT_GOAL := run
.PHONY: run test lint check bench package format

run: ## the desk with the sample documents; without a display the same job headless
	$(SETUP) run
	@COUNTERSIGN_KEY_STORE=file $(PY) -m countersign desk --home $(HOME_OF_RUN) --or-process sample_docs

test: ## every test: first without Qt (all floors but the screens), then the screens
	$(SETUP) dev
	@COUNTERSIGN_TESTS_WITHOUT_QT=1 $(PY) -m pytest -p no:pytest-qt -n 2 --dist worksteal --ignore tests/ui
	@$(PY) -m pytest -n 2 --dist worksteal tests/ui

lint: ## style, types and floors
	$(SETUP) dev
	@$(RUFF) check $(PATHS)
	@$(RUFF) format --check $(PATHS)
	@$(PY) -m mypy
	@$(PY) -c 'from importlinter.cli import lint_imports_command; lint_imports_command()'

check: lint test ## all that must hold before a change is taken, and the main job headless
	@rm -rf build/check
	@COUNTERSIGN_KEY_STORE=file $(PY) -m countersign process --home build/check sample_docs

bench: ## every figure beside its budget and peer; build/bench.json holds them
	$(SETUP) dev
	@$(PY) -m tests.benchmarks.run

package: ## the desk as a folder that needs no Python, built and then tried
	$(SETUP) dev
	@$(PY) -m PyInstaller --noconfirm --log-level WARN --distpath dist --workpath build/pyinstaller packaging/countersign.spec
	@COUNTERSIGN_TESTS_WITHOUT_QT=1 $(PY) -m pytest -p no:pytest-qt -m package tests/package

format: ## put the code into the form of the house
	$(SETUP) dev
	@$(RUFF) format $(PATHS)
	@$(RUFF) check --fix $(PATHS)
