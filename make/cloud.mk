# What an environment in the cloud costs, whether the account is ready for it, and its end.
.PHONY: cost
cost: setup ## Estimate what an environment costs a month, without an account: make cost ENV=staging
	@python -m plumbline.cloud.cost --environment "$(ENV)" --override "$(BUDGET_OVERRIDE)"

.PHONY: cost-diff
cost-diff: setup ## Write reports/cost.md: what the change since BASE costs a month, without an account
	@python -m plumbline.cloud.cost_diff "$(or $(BASE),origin/main)"

.PHONY: doctor
doctor: setup ## Check the account of an environment, and say what to do: make doctor ENV=staging
	@python -m plumbline.cloud.doctor "$(ENV)"

# The state is attached as for a plan: a destroy without it would find nothing and leave everything.
.PHONY: destroy
destroy: setup ## Delete an environment and its data: make destroy ENV=staging (ARGS=--dry-run shows the order)
	$(attach)
	@CONFIRM="$(CONFIRM)" python -m plumbline.cloud.destroy "$(ENV)" $(ARGS)
