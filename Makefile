# 明鉴 Mingjian. Two commands matter: `make run` and `make test`; `make help` lists the rest.
# The first of these that is there; make PYTHON=… names another.
PYTHON ?= $(firstword $(shell command -v python3.11 python3 python))
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

proof: $(STAMP)-test  ## the longer proofs, of an hour each at most; PART=slips for one, SEED=7 for another draw
	@exec $(BIN)/python tests/run.py --proof $(PART) $(if $(SEED),--seed $(SEED))

bench: $(STAMP)-test  ## the measurements described in benchmarks/README.md; ROWS=50000 for a quick try
	@exec $(BIN)/python -m benchmarks $(if $(ROWS),--rows $(ROWS))

pins: $(STAMP)-test  ## write requirements.txt and tests/requirements.txt anew from pyproject.toml
	@$(BIN)/uv pip compile pyproject.toml --upgrade $(PINS) -o requirements.txt
	@$(BIN)/uv pip compile --group test --upgrade -c requirements.txt $(PINS) -o tests/requirements.txt
PINS := --quiet --generate-hashes --universal --python-version 3.11 --no-header --no-annotate --no-emit-index-url \
	--no-emit-find-links

clean:  ## remove what can be made again; data in var/ stay
	@rm -rf $(VENV) .cache .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	@rm -rf enforcement/web/static/vendor tests/browser/vendor
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(STAMP): requirements.txt
	@test -n "$(PYTHON)" && $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "需要 Python 3.11：请先安装，或用 make PYTHON=… 指明其位置。" >&2; exit 1; }
	@echo "正在安装运行所需的程序库……"
	@$(BIN)/python -c '' 2>/dev/null || $(PYTHON) -m venv --clear $(VENV) || \
		{ echo "Python 缺少 venv：请先安装（Debian：apt-get install python3-venv）。" >&2; exit 1; }
	@$(PIP) -r requirements.txt
	@touch $(STAMP)

$(STAMP)-test: $(STAMP) tests/requirements.txt
	@echo "正在安装测试所需的程序库……"
	@$(PIP) -r tests/requirements.txt
	@touch $(STAMP)-test
