# make demo   sets everything up and runs the main job      make test   sets everything up and passes the tests
# Needs Python 3.11 with venv, and make. Everything else is installed into .venv/ from pinned, hashed lists.

SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3.11
BIN := .venv/bin
WITHOUT ?=
NOT_MARKED = $(foreach mark,$(subst $(comma), ,$(WITHOUT)), and not $(mark))
comma := ,
PYTEST = $(BIN)/python -m pytest

.PHONY: help demo test test-slow fuzz faults lint lock docs picture import-pictures clean system

help:  ## what there is to make
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 20

demo: .venv/demo.installed  ## a synthetic county: records in, scanned, explained, a report
	$(BIN)/firmground demo

test: .venv/dev.installed system  ## every test not marked slow
	$(PYTEST) -n 2 -m "not slow and not spark$(NOT_MARKED)"
	@if [[ ",$(WITHOUT)," != *,spark,* ]]; then $(PYTEST) -m "spark and not slow"; fi

test-slow: .venv/dev.installed system  ## the slow tests
	$(PYTEST) -m "slow$(NOT_MARKED)"

fuzz: .venv/dev.installed  ## the random tests with many more examples
	FIRMGROUND_EXAMPLES=$${FIRMGROUND_EXAMPLES:-1000} $(PYTEST) -n 2 -m "hypothesis and not spark"

faults: .venv/dev.installed  ## kill commands at 1,000 random moments, fill the disk at 200
	FIRMGROUND_KILLS=$${FIRMGROUND_KILLS:-1000} $(PYTEST) -s -m slow tests/engine/records/store/test_faults.py

lint: .venv/dev.installed  ## ruff, mypy, import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: .venv/dev.installed  ## write the generated reference
	$(BIN)/python -m firmground.interfaces.cli.reference

picture: .venv/dev.installed system  ## make the picture of the README anew
	$(BIN)/python tools/make_picture.py

import-pictures: .venv/dev.installed system  ## make the pictures of the page on departments' files anew
	$(BIN)/python tools/make_import_pictures.py

lock: .venv/dev.installed  ## pin every requirement anew, with hashes
	$(BIN)/uv pip compile -q pyproject.toml --generate-hashes --no-emit-index-url --python-version 3.11 \
	  --custom-compile-command "make lock" -o requirements/core.txt
	$(BIN)/uv pip compile -q pyproject.toml --extra report --extra xlsx --group build --generate-hashes --no-emit-index-url \
	  --python-version 3.11 --custom-compile-command "make lock" -o requirements/demo.txt
	$(BIN)/uv pip compile -q pyproject.toml --all-extras --group dev --group build --generate-hashes --no-emit-index-url \
	  --python-version 3.11 --custom-compile-command "make lock" -o requirements/dev.txt

.venv/bin/python:
	@command -v $(PYTHON) >/dev/null || { \
	  echo "Python 3.11 is missing. On Debian: sudo apt-get install python3.11 python3.11-venv"; exit 2; }
	@$(PYTHON) -m venv .venv || { \
	  rm -rf .venv; echo "Python has no venv. On Debian: sudo apt-get install python3.11-venv"; exit 2; }

.venv/demo.installed: .venv/bin/python requirements/demo.txt pyproject.toml
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/demo.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev.installed: .venv/bin/python requirements/dev.txt pyproject.toml
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

# What pip cannot install: Java for Spark, Chromium and fonts for the browser. As root it is installed, else said.
SYSTEM_PACKAGES = $(if $(findstring spark,$(WITHOUT)),,$(if $(shell command -v java),,openjdk-17-jre-headless)) \
  $(if $(findstring browser,$(WITHOUT)),,$(if $(shell command -v chromium),,chromium fonts-noto-cjk))

system:
	@missing="$(strip $(SYSTEM_PACKAGES))"; if [ -n "$$missing" ]; then \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing; \
	  else \
	    echo "The tests need: sudo apt-get install $$missing"; \
	    echo "Or leave them out: make test WITHOUT=spark,browser"; exit 2; \
	  fi; fi

clean:  ## take away the environment and what was made
	rm -rf .venv demo build dist
