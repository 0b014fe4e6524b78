# The data pipeline: the steps that the cluster runs, here.
.PHONY: data-run
data-run: setup ## Version the data set at DATASET_URL= in the repository at REPO_URL=, validated and pushed
	@python -m plumbline.ingest.pipeline all --dataset-url "$(DATASET_URL)" --repo-url "$(REPO_URL)"
