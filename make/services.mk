# The services: the native scorer, keys, benchmarks, faults.
NATIVE := services/predict/app/_forest.so

.PHONY: native
native: ## Build the native scorer; without a C compiler ONNX Runtime scores, more slowly
	@if command -v $(CC) >/dev/null; then $(MAKE) -s $(NATIVE); else echo "no C compiler: ONNX Runtime will score"; fi

$(NATIVE): services/predict/app/_forest.c
	@include=$$($(PYTHON) -c 'import sysconfig; print(sysconfig.get_path("include"))'); \
	if test -e "$$include/Python.h"; then \
		$(CC) -O3 -Wall -Wextra -Werror -shared -fPIC -I"$$include" $< -o $@.new -lm && mv $@.new $@; \
	else echo "Python.h is not installed (apt install python3-dev): ONNX Runtime will score"; fi

setup: native

.PHONY: api-key
api-key: setup ## Make an API key and show it once: make api-key NAME=who [ARGS="--scopes read"]
	@$(BIN)/python -m services.api.app.keys create --name "$(or $(NAME),unnamed)" $(ARGS)

ENVIRONMENTS := .plumbline/environments
$(ENVIRONMENTS)/%/.installed: benchmarks/serving/peers/%.txt | setup
	@$(PYTHON) -m venv --without-pip $(@D)
	@VIRTUAL_ENV=$(CURDIR)/$(@D) uv pip sync --quiet --require-hashes $<
	@touch $@

.PHONY: bench-serving
bench-serving: setup $(ENVIRONMENTS)/mlserver/.installed $(ENVIRONMENTS)/bentoml/.installed ## Compare the services with their peers (needs wrk and nginx)
	@for tool in wrk nginx taskset; do command -v $$tool >/dev/null || { echo "error: $$tool is not installed"; exit 1; }; done
	@$(BIN)/python -m benchmarks.serving $(ARGS)

.PHONY: chaos
chaos: setup ## Break the services under load and print what happened (ARGS="--seconds 1" for a short run)
	@$(BIN)/python -m tests.acceptance.chaos $(ARGS)

.PHONY: fuzz
fuzz: setup ## Feed the decoder with what a fuzzer invents (FUZZ_SECONDS=60)
	@$(BIN)/python -m services.common.tests.fuzz_rows -max_total_time=$(or $(FUZZ_SECONDS),60)
