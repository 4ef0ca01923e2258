# Python that makes .venv; everything else comes from the locks in requirements/ and package-lock.json.
PYTHON ?= python3
T ?=
ARGS ?=

.PHONY: help test check lock

help: ## This list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

test: ## All tests: T=tests/contacts for a part, ARGS='-n0 -k word' for pytest
	@$(PYTHON) -m dev.bootstrap dev browser
	@exec .venv/bin/python -m dev.test $(T) -- $(ARGS)

check: ## The static checks only
	@$(PYTHON) -m dev.bootstrap dev
	@exec .venv/bin/python -m dev.checks

lock: ## Resolve requirements/*.in and package.json anew
	@$(PYTHON) -m dev.bootstrap dev
	@exec .venv/bin/python -m dev.lock
