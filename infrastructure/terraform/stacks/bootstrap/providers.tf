provider "aws" {
  region              = var.state_region
  allowed_account_ids = [var.account_id]

  default_tags {
    tags = { Project = "plumbline", ManagedBy = "terraform", Stack = "bootstrap" }
  }
}

# For what the account has once: an adopted thing does not get this stack's tags.
provider "aws" {
  alias               = "account"
  region              = var.state_region
  allowed_account_ids = [var.account_id]
}
