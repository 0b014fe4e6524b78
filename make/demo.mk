# The whole house on one machine.
.PHONY: demo
demo: setup ## Do the main job end to end: warehouse to a served prediction, with lineage and times
	@$(PLUMB) demo

.PHONY: up
up: data pipeline register ## Start predict, api and MLflow's interface and print their URLs
	@$(PLUMB) up

.PHONY: down
down: setup ## Stop what `make up` started
	@$(PLUMB) down
