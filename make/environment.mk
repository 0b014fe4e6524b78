# The environment: .venv, from compiled and hash-pinned requirements.
INSTALLED := $(VENV)/.installed
# Empty in an image, which brings its environment with it.
SETUP ?= $(INSTALLED)

.PHONY: setup
setup: $(SETUP) ## Create or update .venv from the pinned requirements

$(INSTALLED): requirements/dev.txt requirements/uv.txt pyproject.toml
	@found=$$($(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null || echo none); test "$$found" = 3.11 || \
		{ echo "Plumbline builds with Python 3.11 and $(PYTHON) is $$found: install 3.11, or name it with make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@echo "setting up .venv (the first time downloads about 500 MB)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@command -v uv >/dev/null || $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/uv.txt
	@VIRTUAL_ENV=$(VENV) uv pip sync --quiet --compile-bytecode --require-hashes requirements/dev.txt
	@VIRTUAL_ENV=$(VENV) uv pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@
	@$(PLUMB) data remote

.PHONY: requirements
requirements: setup ## Compile every requirements*.txt anew from its .in file
	@compile() { uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header "$$@"; }; \
	compile requirements/dev.in -o requirements/dev.txt; \
	compile requirements/checkov.in -o requirements/checkov.txt; \
	for name in requirements/pipeline requirements/routing requirements/uv services/api/requirements services/predict/requirements services/monitor/requirements; do \
		compile $$name.in -c requirements/dev.txt -o $$name.txt; \
	done

.PHONY: clean
clean: ## Remove the environment and everything built, keeping data versions and the local remote
	rm -rf .venv reports .pytest_cache .mypy_cache .ruff_cache .hypothesis
