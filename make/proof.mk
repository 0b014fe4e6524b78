# Proof that the same commit gives the same bytes.
.PHONY: hashes
hashes: setup ## Verify that the artifacts have the hashes of expected_hashes.txt
	@$(PLUMB) hashes

.PHONY: hashes-update
hashes-update: setup ## Write expected_hashes.txt anew and show the difference
	@$(PLUMB) hashes --update

.PHONY: preproc
preproc: setup ## Rebuild the preprocessor alone, as the stage does
	python data/src/preprocess.py --seed 42 --output data/preprocessor.joblib

.PHONY: prove
prove: setup ## Rebuild everything eight times under other circumstances, once on another CPU, and compare every byte
	@$(PLUMB) prove --emulate
