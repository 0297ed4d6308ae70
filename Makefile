# make demo   serves the page on http://127.0.0.1:7860
# make test   checks style and types and runs the tests
# make soak   keeps a page busy for 20 minutes and writes what it costs to benchmarks/results
# All make .venv on a bare machine with Python 3.11 or newer.

PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test lint types soak

demo: .venv/demo
	$(BIN)/python demo/app.py

test: lint types
	$(BIN)/pytest --durations=10

soak: .venv/dev
	PYTHONPATH=. $(BIN)/python benchmarks/soak.py

lint: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

# Gradio leaves stubs of our components, which mypy would read instead of them.
types: .venv/dev
	rm -f demo/*.pyi
	$(BIN)/mypy

.venv/demo: requirements-demo.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; name one with make PYTHON=...")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet -e .
	touch $@

.venv/dev: .venv/demo requirements.txt requirements-train.txt requirements-scale.txt requirements-dev.txt
	$(BIN)/python -m pip install --quiet -r requirements-dev.txt
	touch $@
