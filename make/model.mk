# The official model: judged, checked before a merge, rebuilt after it.
.PHONY: gate
gate: setup ## Judge the bundle by model/configs/gate.yaml, for promotion to champion
	python model/src/gate.py --promotion
