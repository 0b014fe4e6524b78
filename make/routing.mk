# Routing: which pipelines a change runs, and the gate of a pull request.
BASE ?= main
ROUTING := $(CURDIR)/.plumbline/environments/routing

.PHONY: route
route: setup ## Say which pipelines the difference to BASE=main runs, and why
	@$(PLUMB) ci route --base "$(BASE)"

.PHONY: changed
changed: setup ## Run the make targets of just those pipelines
	@$(PLUMB) ci route --base "$(BASE)"
	@targets=$$($(PLUMB) ci route --base "$(BASE)" --targets); test -z "$$targets" || $(MAKE) $$targets

.PHONY: ci-route
ci-route: $(ROUTING)/.installed ## Route the GitHub event GITHUB_EVENT_PATH and write the outputs of the gate's changes job
	@$(ROUTING)/bin/python -m plumbline.cli ci route --github

# An environment of a few seconds: every job of a pull request waits for the routing.
$(ROUTING)/.installed: requirements/routing.txt
	@$(PYTHON) -m venv $(ROUTING)
	@$(ROUTING)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $<
	@touch $@

# Without `setup`: the gate has to answer even where the environment cannot be built.
.PHONY: ci-gate
ci-gate: ## Judge the jobs in NEEDS: what was routed succeeded, all else was skipped
	@$(PYTHON) -m plumbline.ci.routing.gate

.PHONY: test-services
test-services: setup | $(BUILT) ## Run the tests of the services
	pytest services

.PHONY: test-data
test-data: setup ## Run the tests of the data room, and of what brings data in
	pytest data/tests plumbline/tests/ingest

.PHONY: test-model
test-model: setup | $(BUILT) ## Run the tests of the model room, the registry, the judges and deployment
	pytest model/tests $(addprefix plumbline/tests/,registry judge deploy test_tracking.py)

.PHONY: test-root
test-root: setup | $(BUILT) ## Run the tests of the machinery and those that cross rooms
	pytest plumbline/tests infrastructure/tests tests
