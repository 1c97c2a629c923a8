# The commands of a checkout. `make` alone lists them.

PYTHON := .venv/bin/python
# What mypy --strict must accept.
TYPED := auditor reports manage.py
# What the linters pass to the production settings; nothing connects to these addresses.
PRODUCTION := RETRACE_HTTPS=1 RETRACE_HOSTS=retrace.example RETRACE_ORIGINS=https://retrace.example \
	DATABASE_URL=postgres://127.0.0.1:1/none CELERY_BROKER_URL=redis://127.0.0.1:1/0

# A process for each core, but no more than memory and Postgres bear on a big machine. Files go in their own order:
# the slow folders come early, so that no process waits long for the last file of another.
TEST_PROCESSES := --numprocesses logical --maxprocesses 4 --no-loadscope-reorder

# Catalogues are compiled beside their sources, again whenever these are newer.
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard auditor/locale/*/LC_MESSAGES/*.po))

export TORCH_PIP_ARGS

.DEFAULT_GOAL := help
.PHONY: help demo serve test bench bench-trust bench-report bench-ledger lint format setup setup-dev catalogues stop clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: setup ## set up, audit the bundled example model and print where its report is
	@$(PYTHON) manage.py demo

serve: setup ## the web interface on 127.0.0.1:8000, with a worker and the scheduler
	@$(PYTHON) manage.py serve

test: setup-dev ## run all tests beside servers and data of their own; ARGS="-k name" is passed on, ARGS="-n 0" keeps to one process
	@RETRACE_VAR=$(CURDIR)/var/test $(PYTHON) -m auditor.embedded exec -- $(PYTHON) -m pytest $(TEST_PROCESSES) $(ARGS)

bench: setup-dev ## time our methods beside zennit, Captum and shap, and batches beside single inputs
	@$(PYTHON) -m benchmarks.methods

bench-trust: setup-dev ## what the tests of explanations cost beside the attributions; the rest of the run is not counted
	@$(PYTHON) -m benchmarks.trust

bench-report: setup-dev ## time galleries of 250, 1,000 and 5,000 images beside a matplotlib figure an overlay; their memory and size
	@$(PYTHON) -m benchmarks.report $(ARGS)

bench-ledger: setup-dev ## time the ledger with 1,000,000 entries: appends, the full check, proofs; ARGS="--entries N" for fewer
	@$(PYTHON) -m benchmarks.ledger $(ARGS)

lint: setup-dev ## style, types, import rules, missing migrations, production settings
	@.venv/bin/ruff check --quiet --output-format concise .
	@.venv/bin/ruff format --check --quiet .
	@$(PRODUCTION) RETRACE_SECRET_KEY=unused .venv/bin/mypy --no-error-summary $(TYPED)
	@report=$$(.venv/bin/lint-imports --no-logo 2>&1) || { echo "$$report"; exit 1; }
	@$(PRODUCTION) $(PYTHON) -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	@$(PRODUCTION) $(PYTHON) manage.py check --deploy --fail-level WARNING
	@echo "lint: clean"

format: setup-dev ## rewrite the sources in the house style
	@.venv/bin/ruff check --quiet --fix .
	@.venv/bin/ruff format --quiet .

setup: ## install what demo and serve need (they call it themselves)
	@requirements/setup.sh
	@$(MAKE) --no-print-directory catalogues

setup-dev: ## install what test and lint need (they call it themselves)
	@requirements/setup.sh dev
	@$(MAKE) --no-print-directory catalogues

catalogues: $(CATALOGUES) ## compile the translations that changed (setup calls it)

%.mo: %.po
	@msgfmt --check-format --output-file=$@ $<

stop: ## stop the embedded servers if a killed command left them running
	@$(PYTHON) -m auditor.embedded stop

clean: ## delete caches and the tests' data; your own data in var/ stays
	@if [ -x $(PYTHON) ]; then RETRACE_VAR=$(CURDIR)/var/test $(PYTHON) -m auditor.embedded remove; fi
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find auditor benchmarks reports tests -name __pycache__ -type d -prune -exec rm -rf {} +
