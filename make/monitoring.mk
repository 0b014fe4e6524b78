# Alert rules and dashboards.
UNPACKED_RULES := .plumbline/monitoring

.PHONY: rules-check
rules-check: setup ## Check the alert rules and run their tests (needs promtool)
	@command -v promtool >/dev/null || { echo "error: promtool is not installed (apt install prometheus)" >&2; exit 1; }
	@$(PLUMB) ci rules $(UNPACKED_RULES)
	@promtool check rules $(UNPACKED_RULES)/rules/*.yaml
	@promtool test rules $(UNPACKED_RULES)/tests/*.yaml

.PHONY: loop-receiver
loop-receiver: setup ## Start the model pipeline for alerts that Alertmanager sends (ARGS="--port 8003 --limit 2 --again 604800")
	@$(PLUMB) model listen $(ARGS)
