# What only the workflows of .github/ run; each takes what it needs from the environment (docs/workflows.md).
SERVICE ?= predict
REPORTS ?= reports

.PHONY: preflight
preflight: ## Say which secret or variable PIPELINE=… lacks and what is skipped for it
	@$(PYTHON) -m plumbline.ci.preflight

GO_TOOLS := actionlint=github.com/rhysd/actionlint/cmd/actionlint@v1.7.12 act=github.com/nektos/act@v0.2.89 \
	kustomize=sigs.k8s.io/kustomize/kustomize/v5@v5.8.3 helm=helm.sh/helm/v3/cmd/helm@v3.19.0

.PHONY: ci-tools
ci-tools: ## Install what the tests of workflows, manifests and rules need and is not there (needs Go; promtool is Debian's)
	@for tool in $(GO_TOOLS); do \
		command -v $${tool%%=*} >/dev/null || GOBIN=$(CURDIR)/.plumbline/bin go install $${tool#*=}; \
	done
	@command -v promtool >/dev/null || sudo apt-get install -y -qq --no-install-recommends prometheus >/dev/null

.PHONY: ci-data
ci-data: setup ## Pull what git names from DVC_REMOTE_URL, or build it from the embedded warehouse
	@$(PLUMB) ci data

.PHONY: ci-repro
ci-repro: setup ## Run the stages that have something to do, never from the run cache
	dvc repro --no-run-cache

.PHONY: ci-push
ci-push: setup ## Push everything that git names to the DVC remote
	dvc push

.PHONY: ci-signing-key
ci-signing-key: ## Write the private key SIGNING_KEY to where `make official` reads it
	@test -n "$${SIGNING_KEY:-}" || { echo 'error: SIGNING_KEY holds no key: set it to the PEM of the private key' >&2; exit 2; }
	@install -d -m 700 .plumbline/keys
	@umask 077; printenv SIGNING_KEY > .plumbline/keys/signing.pem

# An environment of its own for each version of Python: .venv, which builds the model, is 3.11 alone.
.PHONY: test-service
test-service: export COVERAGE_FILE := $(CURDIR)/.plumbline/coverage
test-service: ## Test SERVICE=api, predict or monitor with its coverage, under PYTHON=python3.13, say
	@environment=$(CURDIR)/.plumbline/environments/python$$($(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])'); \
	test -x $$environment/bin/python || $(PYTHON) -m venv $$environment; \
	$$environment/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/uv.txt; \
	VIRTUAL_ENV=$$environment $$environment/bin/uv pip sync --quiet --require-hashes requirements/dev.txt; \
	mkdir -p $(REPORTS); \
	PATH="$$environment/bin:$$PATH" python -m pytest services/common services/$(SERVICE) \
		--cov=services.$(SERVICE) --cov=services.common --cov-report=term \
		--cov-report=xml:$(REPORTS)/coverage-$(SERVICE).xml --junitxml=$(REPORTS)/tests-$(SERVICE).xml

.PHONY: ci-routing
ci-routing: setup ## Write the routing of the GitHub event to reports/routing.md
	@mkdir -p $(REPORTS)
	@printf '## Routing\n\n' > $(REPORTS)/routing.md
	@GITHUB_STEP_SUMMARY=$(REPORTS)/routing.md $(MAKE) ci-route

.PHONY: comment
comment: setup ## Write reports/*.md into the comment of the pull request NUMBER=…
	@$(PLUMB) ci comment $${NUMBER:+"$$NUMBER" $(REPORTS)}

.PHONY: dispatch-model
dispatch-model: setup ## Start model-pipeline.yml on this branch (REASON=…)
	@$(PLUMB) ci dispatch model-pipeline.yml "reason=$${REASON:-new data}"

.PHONY: notify
notify: setup ## Tell Slack, Teams, Jira or an issue how WHAT=… ended: RESULT=success or failure (REPORT=page.md)
	@$(PLUMB) ci notify $${WHAT:+"$$WHAT"} $${RESULT:+"$$RESULT"} $${REPORT:+--report "$$REPORT"}

.PHONY: ci-remote
ci-remote: setup ## Make DVC_REMOTE_URL the DVC remote of this clone alone
	@$(PLUMB) ci remote

.PHONY: ci-git
ci-git: ## Let git push with GITHUB_TOKEN, which is read at each push and stored nowhere
	@git config credential.helper '!f() { echo username=x-access-token; echo "password=$$GITHUB_TOKEN"; }; f'

.PHONY: ci-ledger-get
ci-ledger-get: setup ## Fetch the branch `ledger` into ledger/, for PLUMBLINE_LEDGER=ledger/ledger.jsonl
	@$(PLUMB) ci ledger-get

.PHONY: ci-ledger-put
ci-ledger-put: setup ## Commit ledger/ledger.jsonl and push the branch `ledger`
	@$(PLUMB) ci ledger-put

.PHONY: readiness
readiness: setup ## Load the bundle that was released last in the real services
	@$(PLUMB) ci readiness

.PHONY: act
act: setup ## Run the workflows here for a change of each folder (needs act; ARGS="--tests NAME --python 3.11" runs less)
	@python -m tests.acceptance.act $(ARGS)
