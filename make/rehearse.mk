# The loop of continuous training, closed on one machine.
.PHONY: rehearse
rehearse: setup ## Replay two years of sales through the services and retrain on the way, in a temporary clone (reports/rehearsal/)
	@$(PLUMB) rehearse
