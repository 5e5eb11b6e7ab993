# Two commands do everything: `make book` and `make test`.
.POSIX:
.SILENT:
PYTHON = python3
RUN = .venv/bin/python
# What `make test` begins with; CI, which has run it before, asks for `make test LINT=`.
LINT = lint
COMPILE = .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header

book: environment ## Build the book into _build/html (FRESH=1 executes every notebook; ADDRESS=https://… where it will be published)
	$(RUN) -m compendium build

serve: environment ## Show the book in a browser, live: a save is on its page in seconds (PORT=8000)
	$(RUN) -m compendium serve

print: environment ## Build the book, then a PDF of it into _build/print (needs Chromium)
	$(RUN) -m compendium print

release: environment ## Make the bundle of an edition and tag it (VERSION=1.10.0; DRAFT=1 for a look; ADDRESS as for `book`)
	test -n "$(VERSION)" || { echo "Which edition? make release VERSION=1.10.0" >&2; exit 2; }
	$(RUN) -m compendium release "$(VERSION)"

test: environment $(LINT) ## Check everything: code, data, engine, notebooks, site
	$(RUN) -m pytest --nbval -n auto --dist loadscope

lint: environment ## Check the code: rules, format, types, what imports what, spelling
	$(RUN) -m ruff check --no-cache --quiet .
	$(RUN) -m ruff format --no-cache --check --quiet .
	$(RUN) -m mypy --cache-dir .cache/mypy
	.venv/bin/lint-imports --cache-dir .cache/import-linter
	$(RUN) -m codespell_lib

environment: ## Make .venv hold exactly what requirements.txt locks
	$(PYTHON) scripts/setup_environment.py requirements.txt

notebooks: environment ## Bring the notebooks up to date, without building the site
	$(RUN) -m compendium notebooks

stale: environment ## Say which notebooks are not up to date; executes nothing
	$(RUN) -m compendium notebooks --check

check: environment ## Hold the data against its schema and its meaning
	$(RUN) -m compendium check

lock: environment ## Renew both lock files from pyproject.toml and show what moved
	mkdir -p .cache/lock && cp requirements.txt requirements-authors.txt .cache/lock
	$(COMPILE) --upgrade pyproject.toml -o requirements.txt
	$(COMPILE) --upgrade --group authors -c requirements.txt pyproject.toml -o requirements-authors.txt
	$(RUN) scripts/lock_changes.py .cache/lock .

authors: ## Make .venv-authors hold what authors want besides: JupyterLab, nbdime, live preview
	$(PYTHON) scripts/setup_environment.py requirements-authors.txt

bench: environment authors ## Measure the building of the book and the reconciliation, and how both grow (ONLY=cold measures a part)
	mkdir -p .cache
	.venv-authors/bin/python -m pytest benchmarks -n 0 -p no:nbval -k "$(ONLY)" --benchmark-json=.cache/benchmarks.json
	.venv-authors/bin/python -m benchmarks.record .cache/benchmarks.json

audit: book ## Measure every page with Lighthouse CI and hold it to its scores and budgets (needs node and Chromium)
	cd tools/lighthouse && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error --cache ../../.cache/npm
	cd tools/lighthouse && XDG_CONFIG_HOME=../../.cache node_modules/.bin/lhci autorun

links: environment ## Ask whether the addresses outside, which the book points to, still answer (needs the network)
	.venv/bin/jupyter-book build . --builder linkcheck --path-output _build/links --quiet

clean: ## Remove what was built, keep the environment
	rm -rf _build

help: ## List every target
	awk -F ':.*## ' '/^[a-z]+:.*## / {printf "%-12s %s\n", $$1, $$2}' Makefile

.PHONY: book serve print release test lint environment notebooks stale check lock authors bench audit links clean help
