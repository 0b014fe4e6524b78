# What an environment in the cloud costs, whether the account is ready for it, and its end.
.PHONY: cost
cost: setup ## Estimate what an environment costs a month, without an account: make cost ENV=staging
	@$(PLUMB) cloud cost "$(ENV)" --override "$(BUDGET_OVERRIDE)"

.PHONY: cost-diff
cost-diff: setup ## Write reports/cost.md: what the change since BASE costs a month, without an account
	@$(PLUMB) cloud cost-diff "$(or $(BASE),origin/main)"

.PHONY: doctor
doctor: setup ## Check the account of an environment, and say what to do: make doctor ENV=staging
	@$(PLUMB) cloud doctor "$(ENV)"

# The state is attached as for a plan: a destroy without it would find nothing and leave everything.
.PHONY: destroy
destroy: setup ## Delete an environment and its data: make destroy ENV=staging (ARGS=--dry-run shows the order)
	$(attach)
	@$(PLUMB) cloud destroy "$(ENV)" --confirmed "$(CONFIRM)" $(ARGS)
