# The official model: judged, checked before a merge, rebuilt and recorded after it.
.PHONY: gate
gate: setup ## Judge the bundle by model/configs/gate.yaml, for promotion to champion
	python model/src/gate.py --promotion

.PHONY: pr-check
pr-check: setup ## Check this branch as its pull request will: pull, lint, tests, gate, reports/pr.md
	python model/src/pr_check.py pull
	$(MAKE) lint unit
	python model/src/pr_check.py check

.PHONY: official
official: setup keys ## Rebuild this commit, compare with the developer's build, judge, push, record and register it
	python model/src/official.py
