# The commands of this clone. `make help` lists them.
PORT ?= 8410
MODE ?= api
CONNECTIONS ?= unknown
PYTHON := .venv/bin/python
TOOLCHAIN := $(PYTHON) -m toolchain
# Where it is set, every start compiles boto3 and moto anew, which takes longer than all else.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help up down status env engine sandbox reset test check docs lock
.DEFAULT_GOAL := help

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' Makefile

up: .venv/ready ## the whole federation, against a local Okta and AWS (PORT=8410, MODE=console)
	@$(TOOLCHAIN) up --port $(PORT) --mode $(MODE)

down: .venv/ready ## destroy it and stop the sandbox (KEEP=1: leave the sandbox running)
	@$(TOOLCHAIN) down $(if $(KEEP),--keep-sandbox)

status: .venv/ready ## what stands in the Identity Store, and who was refused
	@$(TOOLCHAIN) status

env: .venv/ready ## shell lines for plain pulumi: eval "$(make -s env)"
	@$(TOOLCHAIN) env

engine: .venv/ready ## find, download or build Pulumi, and print the folder to put on PATH
	@$(TOOLCHAIN) engine

sandbox: .venv/ready ## the sandbox alone, in the foreground (CONNECTIONS=supported, ARGS="--identity-center new")
	@$(TOOLCHAIN) sandbox --port $(PORT) --connections $(CONNECTIONS) -- $(ARGS)

reset: .venv/ready ## stop the sandbox and forget it, whatever state it is in
	@$(TOOLCHAIN) reset

test: .venv/ready ## unit tests, the sandbox's, and end to end with the real engine
	@$(PYTHON) -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

check: .venv/ready ## lint, import arrows, types
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/lint-imports
	@.venv/bin/pyright

docs: .venv/ready ## write the generated pages and schemas anew
	@$(PYTHON) -m okta_idc schema > docs/reference/stack.schema.json
	@$(PYTHON) -m okta_idc.rules > docs/reference/rules.md

lock: ## compile the requirements files anew from pyproject.toml
	@set -- -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header; \
	uv pip compile "$$@" --extra components --extra policies pyproject.toml -o requirements.txt && \
	uv pip compile "$$@" --all-extras --group dev pyproject.toml -o requirements-dev.txt

# The stamp is written last, so that an interrupted installation is done again.
.venv/ready: requirements-dev.txt
	@sh toolchain/venv.sh
	@touch $@
