# Python that makes .venv; everything else comes from the locks in requirements/ and package-lock.json.
PYTHON ?= python3
HOST ?=
PORT ?= 8000
WHO ?=
T ?=
ARGS ?=

.PHONY: help demo code stop reset test check lock

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

demo: ## Everything on this machine; HOST=name for browsers elsewhere, PORT=8000
	@$(PYTHON) -m dev.bootstrap
	@HOST='$(HOST)' PORT='$(PORT)' exec .venv/bin/python -m dev.demo

code: ## One-time codes for the running demo: WHO=email for one account
	@exec .venv/bin/python -m dev.running code $(WHO)

stop: ## End the running demo
	@exec .venv/bin/python -m dev.running stop

reset: ## Drop the demo's data
	@exec .venv/bin/python -m dev.running reset
