# make demo   serves the page on http://127.0.0.1:7860
# make test   checks style and types and runs the tests
# make soak   keeps a page busy for 20 minutes and writes what it costs to benchmarks/results
# make screenshots draws the pictures of the page that the README and the docs show
# make golden writes what the model says of 24 drawn pictures, after a change of it
# make lock   pins what requirements-*.txt allow today, with hashes; `make UP= lock` keeps the pins
# make audit  asks whether a pinned package has a known weakness
# All make .venv on a bare machine with Python 3.11 or newer, from the pinned packages.

PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test lint types soak screenshots golden lock audit

demo: .venv/demo
	$(BIN)/python demo/app.py

test: lint types
	$(BIN)/pytest --numprocesses 2 --dist loadfile --durations=10

soak: .venv/dev
	PYTHONPATH=. $(BIN)/python benchmarks/soak.py

screenshots: .venv/dev
	PYTHONPATH=. $(BIN)/python tests/helpers/screenshots.py

golden: .venv/dev
	PYTHONPATH=. $(BIN)/python tests/helpers/golden.py

# Pins for every supported system and Python. uv itself is not pinned, because it only writes the files.
UP ?= --upgrade
PIN = $(BIN)/uv pip compile $(UP) --universal --python-version 3.11 --generate-hashes --quiet \
	--no-annotate --custom-compile-command 'make lock' --no-emit-package pinacoteca

lock: .venv/demo
	$(BIN)/python -m pip install --quiet uv
	$(PIN) requirements-demo.txt --output-file requirements-demo.lock
	$(PIN) requirements-dev.txt --constraints requirements-demo.lock \
		--output-file requirements-dev.lock

audit: .venv/dev
	$(BIN)/python .ci/audit.py

lint: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

# Gradio writes stubs of our components, and mypy would read these instead of the components.
types: .venv/dev
	rm -f demo/*.pyi
	$(BIN)/mypy

.venv/demo: requirements-demo.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; name one with make PYTHON=...")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-demo.lock
	$(BIN)/python -m pip install --quiet --no-deps -e .
	touch $@

.venv/dev: .venv/demo requirements-dev.lock
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	touch $@
