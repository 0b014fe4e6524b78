# The cloud: checks that need no account, then plan, apply and destroy of one environment.
TERRAFORM := infrastructure/terraform
TERRAFORM_FOLDERS := $(patsubst $(TERRAFORM)/%/versions.tf,%,$(wildcard $(TERRAFORM)/*/*/versions.tf))

.PHONY: terraform-check
terraform-check: ## Check format, validity and tests of each Terraform module and stack, without an account
	@printf '%s\n' $(TERRAFORM_FOLDERS) | xargs -P 2 -n 1 $(TERRAFORM)/check
