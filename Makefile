# The commands of this clone. `make help` lists them.
CONNECTIONS ?= unknown
PYTHON := .venv/bin/python
TOOLCHAIN := $(PYTHON) -m toolchain
PYTEST := $(PYTHON) -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder
# If this variable is set, every start compiles boto3 and moto again, which takes seconds.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help up down status env engine sandbox reset test test-fast test-package test-clients test-crash recover check docs site lock
.DEFAULT_GOAL := help

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' Makefile

up: .venv/ready ## Deploy the stack to a local sandbox of Okta and AWS (PORT=9410, MODE=console)
	@$(TOOLCHAIN) up $(if $(PORT),--port $(PORT)) $(if $(MODE),--mode $(MODE))

down: .venv/ready ## Destroy the stack and stop the sandbox (KEEP=1 keeps the sandbox running)
	@$(TOOLCHAIN) down $(if $(KEEP),--keep-sandbox)

status: .venv/ready ## Print what the Identity Store contains and whom AWS rejected
	@$(TOOLCHAIN) status

recover: .venv/ready ## Print what an interrupted run left behind, and the commands
	@$(TOOLCHAIN) recover

env: .venv/ready ## Print shell lines for plain pulumi and okta-idc: eval "$(make -s env)"
	@$(TOOLCHAIN) env

engine: .venv/ready ## Find, download or build Pulumi, and print the folder to add to PATH
	@$(TOOLCHAIN) engine

sandbox: .venv/ready ## Run the sandbox alone (CONNECTIONS=supported, ARGS="--identity-center new")
	@$(TOOLCHAIN) sandbox $(if $(PORT),--port $(PORT)) --connections $(CONNECTIONS) -- $(ARGS)

reset: .venv/ready ## Stop the sandbox and delete its state
	@$(TOOLCHAIN) reset

test: .venv/ready ## Run the unit, sandbox, and end-to-end tests, these with the real engine
	@$(PYTEST)

test-fast: .venv/ready ## Run the unit and sandbox tests with fewer examples, without engine and browser
	@$(PYTEST) --hypothesis-profile fast --ignore tests/sandbox/console/test_browser.py tests/unit tests/sandbox

test-package: .venv/ready ## Test the built wheel and the plugin from outside the clone
	@$(PYTHON) -m pytest tests/package

test-clients: .venv/ready ## Run third-party clients against the sandbox, each in an environment of its own
	@$(PYTHON) -m pytest tests/clients && $(TOOLCHAIN).docs write

test-crash: .venv/ready ## Interrupt every kind of change (CRASH_MINUTES=60), and write docs/reference/recovery.md
	@$(PYTHON) -m pytest tests/crash

check: .venv/ready ## Lint the code, and check imports, types, generated pages and links
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/lint-imports
	@.venv/bin/pyright
	@$(PYTHON) -m toolchain.docs check

docs: .venv/ready ## Write the generated pages and the settings schema
	@$(PYTHON) -m toolchain.docs write

site: .venv/docs ## Build the documentation site in build/site; a broken link or anchor is an error
	@rm -rf build/site
	@$(PYTHON) -m sphinx -q -E -W --keep-going -c toolchain/site -d build/site.doctrees docs build/site
	@echo "Open file://$(CURDIR)/build/site/index.html"

lock: ## Compile the requirements files from pyproject.toml
	@set -- -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header; \
	uv pip compile "$$@" --extra components --extra policies pyproject.toml -o requirements.txt && \
	uv pip compile "$$@" --all-extras --group dev pyproject.toml -o requirements-dev.txt && \
	uv pip compile "$$@" --group release -o requirements-release.txt && \
	uv pip compile "$$@" --group docs -o requirements-docs.txt && \
	for file in tests/clients/requirements/*.in; do \
		uv pip compile "$$@" "$$file" -o "$${file%.in}.txt" || exit 1; \
	done

# The stamp is written last: an interrupted installation is repeated.
.venv/ready: requirements-dev.txt
# Where credentials are present: without the tools of `make check` and `make test`.
.venv/runtime: requirements.txt
.venv/release: requirements-release.txt
.venv/docs: requirements-docs.txt
.venv/ready .venv/runtime .venv/release .venv/docs:
	@sh toolchain/venv.sh $<
	@touch $@
