# The model registry: signing keys, promotion and rollback, the ledger, lineage.
.PHONY: keys
keys: setup ## Create the key pair that signs bundles, unless there is one
	python model/src/signing.py

register: keys

.PHONY: promote
promote: setup ## Make VERSION=… champion, if its gate passed and its signature holds (REASON=…)
	@test -n "$${VERSION:-}" || { echo 'error: which version? make promote VERSION=3 (make history lists them)' >&2; exit 2; }
	python model/src/registry.py --reason "$${REASON:-}" promote "$${VERSION:-}"

.PHONY: champion
champion: setup ## Bring the champion's bundle here from the DVC remote, for the gate to compare with
	python model/src/champion.py

.PHONY: promote-by-policy
promote-by-policy: setup ## Promote what `make official` registered, if model/configs/promotion.yaml lets it; report why not
	python model/src/promotion.py

.PHONY: rollback
rollback: setup ## Make the previous champion champion again, held until release-hold; with ENV=… revert the last deployment there (REASON=…)
	@if test -n "$${ENV:-}"; then python model/src/deployment.py --environment "$${ENV:-}" --reason "$${REASON:-}" rollback; \
	else python model/src/registry.py --reason "$${REASON:-}" rollback; fi

.PHONY: release-hold
release-hold: setup ## Let promotions go on after a person's rollback (REASON=…)
	python model/src/registry.py --reason "$${REASON:-}" release-hold

.PHONY: record-deployment
record-deployment: setup ## Tell the ledger that VERSION=… was deployed to ENVIRONMENT=…
	@test -n "$${VERSION:-}" -a -n "$${ENVIRONMENT:-}" || { echo 'error: make record-deployment VERSION=3 ENVIRONMENT=staging' >&2; exit 2; }
	python model/src/registry.py --reason "$${REASON:-}" deployed "$${VERSION:-}" "$${ENVIRONMENT:-}"

.PHONY: history
history: setup ## List the ledger, or say what served AT=2026-01-31T12:00 and what it was built from
	@python model/src/history.py --at "$${AT:-}"

.PHONY: ledger-verify
ledger-verify: setup ## Check that no line of the ledger was edited, removed or added
	python model/src/history.py --verify

.PHONY: lineage
lineage: setup ## Print the chain from PREDICTION=… or VERSION=… to the warehouse query, or from DATA=… to what it became
	@python model/src/lineage.py --prediction "$${PREDICTION:-}" --version "$${VERSION:-}" --data "$${DATA:-}"
