# Deployment by git: one commit of an overlay, which Argo CD carries to the cluster.
.PHONY: deploy
deploy: setup ## Commit IMAGE=… or BUNDLE=version to the overlay of ENV=… (REASON=…)
	@test -n "$${ENV:-}" || { echo 'error: where to? make deploy ENV=staging BUNDLE=3' >&2; exit 2; }
	@python model/src/deployment.py --environment "$${ENV:-}" --reason "$${REASON:-}" deploy --image "$${IMAGE:-}" --bundle "$${BUNDLE:-}"

.PHONY: verify-deploy
verify-deploy: setup ## Wait until the cluster runs what the overlay of ENV=… names, and say what is wrong if it does not
	@test -n "$${ENV:-}" || { echo 'error: which environment? make verify-deploy ENV=staging' >&2; exit 2; }
	@python model/src/verification.py --environment "$${ENV:-}" $(ARGS)
