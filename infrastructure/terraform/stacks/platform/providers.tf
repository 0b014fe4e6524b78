provider "aws" {
  region              = var.region
  allowed_account_ids = [var.account_id]

  default_tags {
    tags = { Project = "plumbline", ManagedBy = "terraform", Stack = "platform", Environment = var.environment }
  }
}
