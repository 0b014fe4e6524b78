# Deployment by git: one commit of an overlay, which Argo CD carries to the cluster.
.PHONY: deploy
deploy: setup ## Commit IMAGE=… or BUNDLE=version to the overlay of ENV=… (REASON=…)
	@test -n "$${ENV:-}" -a -n "$${IMAGE:-}$${BUNDLE:-}" || { echo 'error: what, and where to? make deploy ENV=staging BUNDLE=3' >&2; exit 2; }
	@if test -n "$${BUNDLE:-}"; then set -- bundle "$$ENV" "$$BUNDLE" $${IMAGE:+--image "$$IMAGE"}; else set -- image "$$ENV" "$$IMAGE"; fi; \
	$(PLUMB) deploy "$$@" --reason "$${REASON:-}" $${PROPOSAL:+--proposal}

.PHONY: verify-deploy
verify-deploy: setup ## Wait until the cluster runs what the overlay of ENV=… names, and say what is wrong if it does not
	@$(PLUMB) deploy verify $${ENV:+"$$ENV"} $(ARGS)

.PHONY: test-cluster
test-cluster: setup ## From a commit to pods and back, on the cluster of KUBECONFIG, with Argo CD and Argo Rollouts in it (ARGS=--keep)
	@python -m tests.acceptance.cluster $(ARGS)

.PHONY: ci-deploy
ci-deploy: export GIT_AUTHOR_NAME := CI Pipeline
ci-deploy: export GIT_AUTHOR_EMAIL := ci-pipeline@localhost
ci-deploy: export GIT_COMMITTER_NAME := CI Pipeline
ci-deploy: export GIT_COMMITTER_EMAIL := ci-pipeline@localhost
ci-deploy: export PROPOSAL := 1
ci-deploy: setup ## Commit the services among REFERENCES="docker.io/…@sha256:…", and VERSION of the model, to the overlay of ENV=…
	@for reference in $${REFERENCES:-}; do \
		name=$${reference##*/plumbline-}; \
		test ! -d services/$${name%@*} || $(MAKE) deploy IMAGE=$$reference BUNDLE=; \
	done
	@test -z "$${VERSION:-}" || $(MAKE) deploy IMAGE= BUNDLE="$$VERSION"

.PHONY: ci-propose
ci-propose: setup ## Push those commits as a branch and open its pull request, as the App of GITHUB_TOKEN
	@$(PLUMB) ci propose "deploy/$${ENV:-staging}"

.PHONY: ci-kubeconfig
ci-kubeconfig: ## Write KUBECONFIG for the cluster EKS_CLUSTER_NAME in AWS_REGION (needs the AWS CLI and an identity)
	@test -n "$${EKS_CLUSTER_NAME:-}" -a -n "$${AWS_REGION:-}" || \
		{ echo 'error: which cluster? set EKS_CLUSTER_NAME and AWS_REGION' >&2; exit 2; }
	@command -v aws >/dev/null || { echo 'error: the AWS CLI is not installed: its `aws` also logs kubectl in' >&2; exit 2; }
	@aws eks update-kubeconfig --name "$$EKS_CLUSTER_NAME" --region "$$AWS_REGION"
