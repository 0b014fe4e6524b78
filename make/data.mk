# Raw data: from the warehouse to a version that git names and the remote holds.
.PHONY: warehouse
warehouse: setup ## Load data/warehouse/*.tsv into the embedded DuckDB warehouse
	@$(PLUMB) data warehouse

.PHONY: data
data: warehouse ## Extract the raw data, check that it is what git names, fill the DVC cache and remote
	@$(PLUMB) data extract
	@$(PLUMB) data add
	@$(PLUMB) data push

.PHONY: data-extract
data-extract: warehouse ## Extract a new version of the raw data; `make data-version` keeps it
	@$(PLUMB) data extract --new-version

.PHONY: data-update
data-update: warehouse ## Extract only the rows that came since the last version
	@$(PLUMB) data update

.PHONY: data-version
data-version: setup ## Add the raw data to DVC and commit its .dvc files to git, both or neither
	@$(PLUMB) data version

.PHONY: data-push
data-push: setup ## Copy the versions of the raw data that git names to the DVC remote
	@$(PLUMB) data push

.PHONY: data-pull
data-pull: setup ## Bring the version of the raw data that git names; all that production may do
	@$(PLUMB) data pull

.PHONY: remote
remote: setup ## Move everything to another DVC remote: make remote URL=s3://BUCKET/PREFIX or URL=/a/folder
	@$(PLUMB) data remote $(if $(URL),"$(URL)")
