# Checkov lives apart: its pins of boto3 and others contradict the pipeline's.
CHECKOV := .plumbline/environments/checkov

.PHONY: checkov-setup
checkov-setup: $(CHECKOV)/.installed ## Create or update checkov's own environment

$(CHECKOV)/.installed: requirements/checkov.txt | setup
	@test -x $(CHECKOV)/bin/python || uv venv --quiet --python $(BIN)/python $(CHECKOV)
	@VIRTUAL_ENV=$(CURDIR)/$(CHECKOV) uv pip sync --quiet --require-hashes requirements/checkov.txt
	@touch $@

.PHONY: checkov
checkov: checkov-setup ## Check Terraform with checkov; an exception is justified where it stands
	@$(CHECKOV)/bin/checkov --skip-download --quiet --compact --framework terraform --directory infrastructure/terraform
