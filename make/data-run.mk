# The data pipeline: the steps that the cluster runs, here.
.PHONY: data-run
data-run: setup ## Version the data set at DATASET_URL= in the repository at REPO_URL=, validated and pushed
	@$(PLUMB) data run --dataset-url "$(DATASET_URL)" --repo-url "$(REPO_URL)"
