# The first day, on a machine with Python and git. All else is `plumb`, which `make setup` puts into .venv/bin.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# Relative, because make takes a path with a space for two.
VENV ?= .venv
# What the environment holds; the workflows' short jobs take requirements/ci.txt.
REQUIREMENTS ?= requirements/dev.txt
# Empty in an image, which brings its environment with it.
SETUP ?= requirements/setup "$(VENV)" "$(REQUIREMENTS)"
PLUMB := python -m plumbline.cli
export PATH := $(if $(filter /%,$(VENV)),,$(CURDIR)/)$(VENV)/bin:$(CURDIR)/.plumbline/bin:$(PATH)
# The code of this folder, whichever clone the environment was made for and whatever else the user has.
export PYTHONPATH := .
unexport PYTHONHOME VIRTUAL_ENV

# What git sets for its hooks would point every git and DVC below at the hook's repository and index.
unexport GIT_DIR GIT_INDEX_FILE GIT_WORK_TREE GIT_PREFIX GIT_CONFIG_PARAMETERS

include plumbline/kernel/runtime.env
export $(shell sed -n 's/^\([A-Z_]*\)=.*/\1/p' plumbline/kernel/runtime.env)

##@ The whole house
.PHONY: help
help: ## List what the first day needs
	@awk -F ':.*## ' '/^##@ /{printf "%s\n", substr($$0, 5)} /^[a-z-]+:.*## /{printf "  \033[1m%-14s\033[0m %s\n", $$1, $$2}' Makefile
	@echo 'All else is `plumb`: activate .venv, then plumb --help'

.PHONY: setup
setup: ## Create or update .venv from the pinned requirements
	@$(SETUP)

.PHONY: demo
demo: setup ## From the warehouse to a served prediction, with lineage and times
	@$(PLUMB) demo

.PHONY: up
up: data pipeline ## Start predict, api and MLflow's interface and print their URLs
	@$(PLUMB) release register
	@$(PLUMB) up

.PHONY: down
down: setup ## Stop what `make up` started
	@$(PLUMB) down

##@ Data and model
.PHONY: data
data: setup ## Extract the raw data, check that it is what git names, fill the DVC cache and remote
	@$(PLUMB) data warehouse
	@$(PLUMB) data extract
	@$(PLUMB) data add
	@$(PLUMB) data push

.PHONY: pipeline
pipeline: setup ## Run the stages of dvc.yaml that have something to do
	@$(PLUMB) data unlock
	dvc repro

.PHONY: preproc
preproc: setup ## Rebuild the preprocessor alone, as the stage does
	python data/src/preprocess.py --seed 42 --output data/preprocessor.joblib

.PHONY: hashes
hashes: setup ## Verify that the artifacts have the hashes of expected_hashes.txt
	@$(PLUMB) hashes

##@ Before a push
.PHONY: lint
lint: setup ## Check style, types and the walls between the rooms
	ruff check --quiet .
	ruff format --quiet --check .
	mypy --no-error-summary
	lint-imports --no-logo

.PHONY: format
format: setup ## Format the code and mend what can be mended automatically
	ruff check --fix .
	ruff format .

# Not rebuilt when it is there: the tests look at what lies here.
BUILT := model/artifacts/bundle/manifest.json

.PHONY: test
test: lint | $(BUILT) ## Lint, types, walls, and all tests but the slow ones
	pytest -m "not slow"

.PHONY: test-all
test-all: lint | $(BUILT) ## The same with the slow tests: whole stories, killed at each step, which CI runs
	pytest

.PHONY: pr-check
pr-check: setup ## Check this branch as its pull request will: pull, lint, tests, gate, reports/pr.md
	@$(PLUMB) model pull
	env -u MLFLOW_TRACKING_URI $(MAKE) test # tests write to registries of their own alone
	@$(PLUMB) model check

$(BUILT):
	$(MAKE) data pipeline

##@ Housekeeping
.PHONY: images
images: setup ## Build the images, tagged by the commit, by docker, podman or buildah
	@$(PLUMB) images build

.PHONY: requirements
requirements: setup ## Compile every requirements*.txt anew from its .in file
	@compile() { uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header "$$@"; }; \
	compile requirements/dev.in -o requirements/dev.txt; \
	compile requirements/checkov.in -o requirements/checkov.txt; \
	for name in requirements/{pipeline,boosters,ray,ci,uv} services/{api,predict,monitor}/requirements; do \
		compile $$name.in -c requirements/dev.txt -o $$name.txt; \
	done

.PHONY: clean
clean: ## Remove the environment and everything built, keeping data versions and the local remote
	rm -rf .venv reports .pytest_cache .mypy_cache .ruff_cache .hypothesis
