# The few commands. Everything is done by the Python package tools/ (python3 -m tools --help).
PYTHON ?= python3
PORT ?=
ARGS ?=
TOOLS = $(PYTHON) -m tools

.DEFAULT_GOAL := help
.PHONY: help setup run stop test lint format bench shell i18n lock clean

help:  ## this list
	@sed -n 's/^\([a-z0-9]*\):.*##/  make \1 \t/p' $(MAKEFILE_LIST) | expand -t 20

setup:  ## fetch and install what is missing, start nothing
	@$(TOOLS) setup

run:  ## start Connect with demo data on port 8069 (PORT=… for another); Ctrl-C ends it
	@$(TOOLS) run $(if $(PORT),--port $(PORT)) $(ARGS)

stop:  ## end what still runs: Odoo and PostgreSQL
	@$(TOOLS) stop

test:  ## every test, or those named: ARGS="-k word", ARGS="connect_lines/tests"
	@$(TOOLS) test $(ARGS)

lint:  ## every check: style, types, Odoo's pitfalls, XML, JavaScript, the house's rules
	@$(TOOLS) lint $(ARGS)

format:  ## mend style and imports by machine
	@$(TOOLS) format

bench:  ## every benchmark of bench/, or those named: ARGS="queue"
	@$(TOOLS) bench $(ARGS)

shell:  ## Odoo's Python shell on the database
	@$(TOOLS) shell $(ARGS)

i18n:  ## export the terms to translate into i18n/ of each addon (ARGS="connect_lines")
	@$(TOOLS) i18n $(ARGS)

lock:  ## pin requirements*.in into requirements*.txt (ARGS=--upgrade)
	@$(TOOLS) lock $(ARGS)

clean:  ## remove .connect/: databases, files, logs (ARGS=--cache: what was fetched, too)
	@$(TOOLS) clean $(ARGS)
