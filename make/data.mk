# Raw data: from the warehouse to a version that git names and the remote holds.
.PHONY: warehouse
warehouse: setup ## Load data/warehouse/*.tsv into the embedded DuckDB warehouse
	python -m plumbline.ingest.warehouse

.PHONY: data
data: warehouse ## Extract the raw data, check that it is what git names, fill the DVC cache and remote
	python -m plumbline.ingest.extract
	python -m plumbline.ingest.version add push

.PHONY: data-extract
data-extract: warehouse ## Extract a new version of the raw data; `make data-version` keeps it
	python -m plumbline.ingest.extract --new-version

.PHONY: data-update
data-update: warehouse ## Extract only the rows that came since the last version
	python -m plumbline.ingest.update

.PHONY: data-version
data-version: setup ## Add the raw data to DVC and commit its .dvc files to git, both or neither
	python -m plumbline.ingest.version commit

.PHONY: data-push
data-push: setup ## Copy the versions of the raw data that git names to the DVC remote
	python -m plumbline.ingest.version push

.PHONY: data-pull
data-pull: setup ## Bring the version of the raw data that git names; all that production may do
	python -m plumbline.ingest.version pull

.PHONY: remote
remote: setup ## Set the DVC remote: make remote URL=s3://BUCKET/PREFIX or URL=/a/folder
	python -m plumbline.dvc.set_remote "$(URL)"
