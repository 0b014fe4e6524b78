# The cloud: checks that need no account, then plan, apply and destroy of one environment.
TERRAFORM := infrastructure/terraform
TFLINT := v0.64.0
TERRAFORM_FOLDERS := $(patsubst $(TERRAFORM)/%/versions.tf,%,$(wildcard $(TERRAFORM)/*/*/versions.tf))

.PHONY: terraform-check
terraform-check: ## Check format, validity and tests of each Terraform module and stack, without an account
	@printf '%s\n' $(TERRAFORM_FOLDERS) | xargs -P 2 -n 1 $(TERRAFORM)/check

.PHONY: terraform-docs
terraform-docs: setup ## Write what is made from the Terraform files: READMEs and the table of identities
	@$(PLUMB) cloud docs

.PHONY: tflint
tflint: ## Check Terraform with tflint's own rules; it is built with Go if it is not there
	@command -v tflint >/dev/null || GOBIN=$(CURDIR)/.plumbline/bin go install github.com/terraform-linters/tflint@$(TFLINT)
	@tflint --chdir=$(TERRAFORM) --config=$(CURDIR)/$(TERRAFORM)/.tflint.hcl --recursive --format=compact

PLATFORM := terraform -chdir=$(TERRAFORM)/stacks/platform
REGION = $(or $(TF_VAR_region),ap-south-1)

# Not a target of its own: every command below attaches the state of its environment anew.
attach = @case "$(ENV)" in staging|production) ;; *) echo "error: ENV must be staging or production: make $@ ENV=staging" >&2; exit 1;; esac; \
	test -n "$${TF_VAR_account_id:-}" || { echo "error: TF_VAR_account_id is not set: give the number of the AWS account" >&2; exit 1; }; \
	$(PLATFORM) init -reconfigure -input=false -backend-config=bucket=plumbline-state-$$TF_VAR_account_id \
		-backend-config=key=$(ENV)/platform.tfstate -backend-config=region=$(REGION)

.PHONY: bootstrap
bootstrap: ## Once an account: make the bucket of the states and move its own state into it
	@$(TERRAFORM)/bootstrap

.PHONY: plan
ifeq ($(TF_VAR_account_id),)
plan: setup ## Show what would change in an environment and its monthly cost, and save it: make plan ENV=staging
	@$(PLUMB) cloud plan "$(ENV)" --override "$(BUDGET_OVERRIDE)"
else
# A plan over the budget does not stay: apply would take it.
plan: setup
	$(attach)
	@$(PLATFORM) plan -input=false -var-file=../../envs/$(ENV).tfvars -out=$(ENV).tfplan
	@$(PLUMB) cloud cost --plan-file $(TERRAFORM)/stacks/platform/$(ENV).tfplan --override "$(BUDGET_OVERRIDE)" || \
		{ rm $(TERRAFORM)/stacks/platform/$(ENV).tfplan; exit 1; }
endif

.PHONY: apply
apply: ## Make the changes of the saved plan, and no others: make apply ENV=staging
	$(attach)
	@test -e $(TERRAFORM)/stacks/platform/$(ENV).tfplan || { echo "error: no saved plan: run make plan ENV=$(ENV)" >&2; exit 1; }
	@$(PLATFORM) apply -input=false $(ENV).tfplan
	@rm $(TERRAFORM)/stacks/platform/$(ENV).tfplan
