provider "aws" {
  region = var.region

  default_tags {
    tags = { Project = "plumbline", ManagedBy = "terraform", Stack = "platform", Environment = var.environment }
  }
}
