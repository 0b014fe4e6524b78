# Checks of the code itself.
BUILT := model/artifacts/bundle/manifest.json

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

.PHONY: unit
unit: setup | $(BUILT) ## Run the tests but the slow ones, on the bundle that lies here; build one if there is none
	pytest -m "not slow"

# Not rebuilt when it is there: the tests look at what lies here.
$(BUILT):
	$(MAKE) data pipeline

.PHONY: test
test: lint unit ## Everything that must pass before a push: lint, types, walls, tests

.PHONY: test-all
test-all: lint | $(BUILT) ## The same with the slow tests: whole stories, killed at each step, which CI runs
	pytest

# Whatever the tests can use and make can install; what needs a package of the system they name themselves.
.PHONY: test-tools
test-tools: checkov-setup schemas ci-tools tflint ## Install what tests use beyond Python, so that none is skipped (needs Go)
