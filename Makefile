# make check [DATA=path]   judge the golden project, or your own files: one path or glob (several: .venv/bin/tunespec check)
# make test                install what the tests need and run them
VENV   := .venv
BIN    := $(VENV)/bin
DATA   ?= fixtures/golden
PYTHON ?= $(shell for v in 13 12 11 14; do p=$$(command -v python3.$$v) && $$p -c '' 2>/dev/null && { echo $$p; break; }; done)

export DATA
export PIP_DISABLE_PIP_VERSION_CHECK := 1
unexport PYTHONDONTWRITEBYTECODE

.PHONY: check test lint format docs docs-check wheel-check bench clean

check: $(VENV)/installed
	$(BIN)/tunespec check "$$DATA"

# The live tests need an Ollama: where there is none it is built once, outside this folder. TUNESPEC_LIVE=0: not at all.
test: $(VENV)/developing
	@if test "$$TUNESPEC_LIVE" = 0; then echo "live tests: left out (TUNESPEC_LIVE=0)"; else $(BIN)/python -m tests.live; fi
	$(BIN)/pytest tests -n auto

lint: $(VENV)/developing
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/developing
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(VENV)/installed
	$(BIN)/python -m tunespec.docs docs/pitfalls

docs-check: docs
	git diff --exit-code -- docs/pitfalls
	test -z "$$(git status --porcelain -- docs/pitfalls)"

bench: $(VENV)/developing
	$(BIN)/python -m benchmarks.accuracy --check
	$(BIN)/python -m benchmarks.configs --check
	$(BIN)/python -m benchmarks.speed --records 100000 --check
	@test "$$TUNESPEC_LIVE" = 0 || $(BIN)/python -m benchmarks.inference --check

clean:
	rm -rf $(VENV) dist .tunespec_cache .mypy_cache .ruff_cache .pytest_cache

$(VENV)/installed: pyproject.toml
	@test -n "$(PYTHON)" || { echo "tunespec needs Python 3.11 to 3.14 (set PYTHON=/path/to/python)"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --upgrade pip
	$(BIN)/python -m pip install -q -e .
	touch $@

$(VENV)/developing: $(VENV)/installed
	$(BIN)/python -m pip install -q --group test --group lint
	touch $@
