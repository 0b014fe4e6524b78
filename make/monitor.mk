# The monitor, on the store and the bundle of `make up`.
.PHONY: monitor
monitor: setup ## Look at what `make up` has served: drift, errors, quality; exits 3 on an alert (ARGS="--until TIME")
	@test -f .plumbline/release.json || { echo 'error: no bundle was released: run `make pipeline register`' >&2; exit 2; }
	@released() { python -c "import json; print(json.load(open('.plumbline/release.json'))['$$1'])"; }; \
	MONITOR_BUNDLE_URI=$$(released uri) MONITOR_BUNDLE_SHA256=$$(released bundle_sha256) python -m services.monitor.app $(ARGS)

.PHONY: bench-monitor
bench-monitor: setup ## Measure the monitor's false alarms and what it finds, on the data of `make pipeline` (2 minutes)
	@python -m benchmarks.monitor $(ARGS)
