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
unit: setup | $(BUILT) ## Run the tests, on the bundle that lies here; build one if there is none
	pytest

# Not rebuilt when it is there: the tests look at what lies here.
$(BUILT):
	$(MAKE) data pipeline

.PHONY: test
test: lint unit ## Everything that must pass before a push: lint, types, walls, tests
