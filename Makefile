# Everything is installed from the locks at the first use, below this folder.
PYTHON ?= python3
HOST ?=
PORT ?= 8000
WHO ?=
T ?=
ARGS ?=
B ?=
SEED ?=
ROUNDS ?=

DIR ?= .local/backups
MAIN ?=
KEYS ?=
INTO ?= restored

.PHONY: help demo code stop reset backup restore test check prove chaos bench servers lock secrets

help: ## This list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

demo: ## Run everything on this machine; HOST=name for browsers elsewhere, PORT=8000
	@$(PYTHON) -m dev.bootstrap
	@HOST='$(HOST)' PORT='$(PORT)' exec .venv/bin/python -m dev.demo

code: ## One-time codes for the running demo; WHO=email for one account
	@exec .venv/bin/python -m dev.running code $(WHO)

stop: ## End the running demo
	@exec .venv/bin/python -m dev.running stop

reset: ## Drop the demo's data
	@exec .venv/bin/python -m dev.running reset

backup: ## Back up the running demo, encrypted; DIR=folder
	@exec .venv/bin/python -m dev.backups backup $(DIR)

restore: ## MAIN=file KEYS=file into new databases INTO=name beside the running demo
	@exec .venv/bin/python -m dev.backups restore $(INTO) $(MAIN) $(KEYS)

test: ## All checks and tests; T=tests/contacts for a part, ARGS='-n0 -k word' for pytest
	@$(PYTHON) -m dev.bootstrap dev browser
	@exec .venv/bin/python -m dev.test $(T) -- $(ARGS)

check: ## The static checks only
	@$(PYTHON) -m dev.bootstrap dev
	@exec .venv/bin/python -m dev.checks

prove: ## The long proofs: attacks, faults, volumes
	@$(PYTHON) -m dev.bootstrap dev browser
	@exec .venv/bin/python -m dev.test $(or $(T),tests) -- -m prove --dist loadfile --no-loadscope-reorder --durations=15 $(ARGS)

chaos: ## Faults at every turn of sending; SEED=7 repeats a run, ROUNDS=2000
	@$(PYTHON) -m dev.bootstrap dev
	@SEED='$(SEED)' ROUNDS='$(ROUNDS)' exec .venv/bin/python -m dev.test tests/chaos -- -m prove -n0 $(ARGS)

bench: ## Measure, and write docs/performance.md; B=name for one figure
	@$(PYTHON) -m dev.bootstrap dev
	@exec .venv/bin/python -m benchmarks $(B)

servers: ## Real mail servers in every posture, to look around in (root)
	@$(PYTHON) -m dev.bootstrap dev
	@exec .venv/bin/python -m dev.mailbench $(T)

lock: ## Resolve requirements/*.in and package.json anew
	@$(PYTHON) -m dev.bootstrap dev
	@exec .venv/bin/python -m dev.lock

secrets: ## Draw the secrets of docker-compose.yml
	@$(PYTHON) -m dev.compose_secrets
