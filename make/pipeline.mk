# The main job, step by step.
.PHONY: warehouse
warehouse: setup ## Load data/warehouse/*.tsv into the embedded DuckDB warehouse
	python data/src/warehouse.py

.PHONY: data
data: warehouse ## Extract the raw data, check that it is what git names, fill the DVC cache and remote
	python data/src/extract.py
	dvc add --quiet data/raw/training_data.tsv data/raw/evaluation_data.tsv
	dvc push --quiet data/raw/training_data.tsv.dvc data/raw/evaluation_data.tsv.dvc

.PHONY: pipeline
pipeline: setup ## Run the stages of dvc.yaml that have something to do
	dvc repro

.PHONY: register
register: setup ## Register the bundle as challenger and release it to the model store
	python model/src/register.py
