# Checks of the code itself.
.PHONY: lint
lint: setup ## Check style, types and the walls between the rooms
	ruff check --quiet .
	ruff format --quiet --check .
	mypy
	lint-imports

.PHONY: format
format: setup ## Format the code and mend what can be mended automatically
	ruff check --fix .
	ruff format .

.PHONY: unit
unit: setup ## Run the tests
	pytest

.PHONY: test
test: lint unit ## Everything that must pass before a push: lint, types, walls, tests
