# The model registry: signing keys, promotion and rollback, the ledger, lineage.
.PHONY: keys
keys: setup ## Create the key pair that signs bundles, unless there is one
	python -m plumbline.registry.signing

register: keys

.PHONY: promote
promote: setup ## Make VERSION=… champion, if its gate passed and its signature holds (REASON=…)
	@test -n "$${VERSION:-}" || { echo 'error: which version? make promote VERSION=3 (make history lists them)' >&2; exit 2; }
	python -m plumbline.registry.registry --reason "$${REASON:-}" promote "$${VERSION:-}"

.PHONY: champion
champion: setup ## Bring the champion's bundle here from the DVC remote, for the gate to compare with
	python -m plumbline.registry.champion

.PHONY: promote-by-policy
promote-by-policy: setup ## Promote what `make official` registered, if model/configs/promotion.yaml lets it; report why not
	python -m plumbline.judge.promotion

.PHONY: rollback
rollback: setup ## Make the previous champion champion again, held until release-hold; with ENV=… revert the last deployment there (REASON=…)
	@if test -n "$${ENV:-}"; then python -m plumbline.deploy.deployment --environment "$${ENV:-}" --reason "$${REASON:-}" rollback; \
	else python -m plumbline.registry.registry --reason "$${REASON:-}" rollback; fi

.PHONY: release-hold
release-hold: setup ## Let promotions go on after a person's rollback (REASON=…)
	python -m plumbline.registry.registry --reason "$${REASON:-}" release-hold

.PHONY: record-deployment
record-deployment: setup ## Tell the ledger that VERSION=… was deployed to ENVIRONMENT=…
	@test -n "$${VERSION:-}" -a -n "$${ENVIRONMENT:-}" || { echo 'error: make record-deployment VERSION=3 ENVIRONMENT=staging' >&2; exit 2; }
	python -m plumbline.registry.registry --reason "$${REASON:-}" deployed "$${VERSION:-}" "$${ENVIRONMENT:-}"

.PHONY: history
history: setup ## List the ledger, or say what served AT=2026-01-31T12:00 and what it was built from
	@python -m plumbline.registry.history --at "$${AT:-}"

.PHONY: ledger-verify
ledger-verify: setup ## Check that no line of the ledger was edited, removed or added
	python -m plumbline.registry.history --verify

.PHONY: lineage
lineage: setup ## Print the chain from PREDICTION=… or VERSION=… to the warehouse query, or from DATA=… to what it became
	@python -m plumbline.registry.lineage --prediction "$${PREDICTION:-}" --version "$${VERSION:-}" --data "$${DATA:-}"
