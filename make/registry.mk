# The model registry: signing keys, promotion and rollback, the ledger, lineage.
.PHONY: keys
keys: setup ## Create the key pair that signs bundles, unless there is one
	@$(PLUMB) release keys

register: keys

.PHONY: promote
promote: setup ## Make VERSION=… champion, if its gate passed and its signature holds (REASON=…)
	@$(PLUMB) release promote $${VERSION:+"$$VERSION"} --reason "$${REASON:-}"

.PHONY: champion
champion: setup ## Bring the champion's bundle here from the DVC remote, for the gate to compare with
	@$(PLUMB) release champion

.PHONY: promote-by-policy
promote-by-policy: setup ## Promote what `make official` registered, if model/configs/promotion.yaml lets it; report why not
	@$(PLUMB) release policy

.PHONY: rollback
rollback: setup ## Make the previous champion champion again, held until release-hold; with ENV=… revert the last deployment there (REASON=…)
	@if test -n "$${ENV:-}"; then $(PLUMB) deploy rollback "$$ENV" --reason "$${REASON:-}"; \
	else $(PLUMB) release rollback --reason "$${REASON:-}"; fi

.PHONY: release-hold
release-hold: setup ## Let promotions go on after a person's rollback (REASON=…)
	@$(PLUMB) release end-hold --reason "$${REASON:-}"

.PHONY: record-deployment
record-deployment: setup ## Tell the ledger that VERSION=… was deployed to ENVIRONMENT=…
	@$(PLUMB) release deployed $${VERSION:+"$$VERSION"} $${ENVIRONMENT:+"$$ENVIRONMENT"} --reason "$${REASON:-}"

.PHONY: history
history: setup ## List the ledger, or say what served AT=2026-01-31T12:00 and what it was built from
	@$(PLUMB) release history --at "$${AT:-}"

.PHONY: ledger-verify
ledger-verify: setup ## Check that no line of the ledger was edited, removed or added
	@$(PLUMB) release verify

.PHONY: lineage
lineage: setup ## Print the chain from PREDICTION=… or VERSION=… to the warehouse query, or from DATA=… to what it became
	@$(PLUMB) release lineage --prediction "$${PREDICTION:-}" --version "$${VERSION:-}" --data "$${DATA:-}"
