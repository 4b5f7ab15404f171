# 明鉴 Mingjian. Two commands matter: `make run` and `make test`; `make help` lists the rest.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.stamp
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install --require-hashes --only-binary=:all:

# make's own job server and flags are no business of what it starts.
unexport MAKEFLAGS MFLAGS MAKELEVEL
.DEFAULT_GOAL := help
.PHONY: help install run test lint bench proof pins clean

help:  ## list the commands
	@sed -n 's/^\([a-z]*\):.*##/\1\t/p' Makefile

install: $(STAMP)  ## make .venv and fetch the front-end files, without starting anything
	@$(BIN)/python -m enforcement.runtime.assets

run: install  ## install what is missing, start everything, stop it with Ctrl-C
	@exec $(BIN)/python -m enforcement.runtime.processes --end-with-parent

test: $(STAMP)-test  ## checks and tests
	@exec $(BIN)/python tests/run.py

lint: $(STAMP)-test  ## ruff, mypy and the import contracts only
	@exec $(BIN)/python tests/run.py --checks

proof: $(STAMP)-test  ## the longer proofs: `make test` with more examples and the tests marked proof
	@exec $(BIN)/python tests/run.py --proof

bench: $(STAMP)-test  ## the measurements described in benchmarks/README.md
	@exec $(BIN)/python -m benchmarks

pins: $(STAMP)-test  ## write requirements.txt and tests/requirements.txt anew from pyproject.toml
	@$(BIN)/uv pip compile pyproject.toml --upgrade $(PINS) -o requirements.txt
	@$(BIN)/uv pip compile --group test --upgrade -c requirements.txt $(PINS) -o tests/requirements.txt
PINS := --quiet --generate-hashes --universal --python-version 3.11 --no-header --no-annotate --no-emit-index-url \
	--no-emit-find-links

clean:  ## remove what can be made again; data in var/ stay
	@rm -rf $(VENV) .cache .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	@rm -rf enforcement/web/static/vendor publish/static/vendor tests/browser/vendor
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(STAMP): requirements.txt
	@command -v $(PYTHON) >/dev/null || { echo "需要 Python 3.11：请先安装，或用 make PYTHON=… 指明其位置。" >&2; exit 1; }
	@echo "正在安装运行所需的程序库……"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) -r requirements.txt
	@touch $(STAMP)

$(STAMP)-test: $(STAMP) tests/requirements.txt
	@echo "正在安装测试所需的程序库……"
	@$(PIP) -r tests/requirements.txt
	@touch $(STAMP)-test
