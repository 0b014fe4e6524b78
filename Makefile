# Every step of every workflow is one of these targets: what runs in CI runs the same on a laptop.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= $(shell command -v python3.11 || command -v python3 || echo python3)
VENV ?= $(CURDIR)/.venv
BIN := $(VENV)/bin
# The code of this folder, whichever clone the environment was made for.
PLUMB := python -m plumbline.cli
export PATH := $(BIN):$(CURDIR)/.plumbline/bin:$(PATH)

# What git sets for its hooks would point every git and DVC below at the hook's repository and index.
unexport GIT_DIR GIT_INDEX_FILE GIT_WORK_TREE GIT_PREFIX GIT_CONFIG_PARAMETERS

include plumbline/kernel/runtime.env
export $(shell sed -n 's/^\([A-Z_]*\)=.*/\1/p' plumbline/kernel/runtime.env)


include $(sort $(wildcard make/*.mk))

# What a person needs on the first day; `plumb --help` has the rest by groups.
FIRST_DAY := setup demo up down test test-all lint format data pipeline preproc hashes pr-check images requirements clean
describe = grep -hE '^($(1)):.*\#\# ' $(MAKEFILE_LIST) | sort | awk -F ':.*\#\# ' '{printf "  \033[1m%-18s\033[0m %s\n", $$1, $$2}'

.PHONY: help
help: ## List what the first day needs
	@$(call describe,$(subst $(eval) ,|,$(FIRST_DAY)))
	@echo "make help-all lists every target; plumb --help, with .venv active, the commands that they call"

.PHONY: help-all
help-all: ## List every target
	@$(call describe,[a-z][a-z-]*)
