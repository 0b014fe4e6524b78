variable "environment" {
  description = "Environment the workloads run in; part of every name."
  type        = string

  validation {
    condition     = contains(["staging", "production"], var.environment)
    error_message = "environment must be staging or production."
  }
}

variable "account_id" {
  description = "AWS account of the cluster: no other may use the roles."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id must be 12 digits."
  }
}

variable "region" {
  description = "Region of buckets and secrets; keys may be used through S3 and Secrets Manager of this region only."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}-[a-z]+-[0-9]$", var.region)) && !startswith(var.region, "cn-")
    error_message = "region must look like ap-south-1, in the partition aws: no other is supported."
  }
}

variable "cluster_name" {
  description = "Cluster that the pods run in."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$", var.cluster_name))
    error_message = "cluster_name must be the name of an EKS cluster."
  }
}

variable "buckets" {
  description = "Buckets by kind: name, and ARN of the key that encrypts it."
  type        = map(object({ name = string, key_arn = string }))

  validation {
    condition     = toset(keys(var.buckets)) == toset(["data", "data-cache", "models", "pipeline", "mlflow"])
    error_message = "buckets must be data, data-cache, models, pipeline and mlflow."
  }
}

variable "secrets" {
  description = "Secrets of the project that have a key of their own: ARN, and ARN of the key."
  type        = list(object({ arn = string, key_arn = string }))
  default     = []

  validation {
    condition     = alltrue([for it in var.secrets : startswith(it.arn, "arn:aws:") && startswith(it.key_arn, "arn:aws:kms:")])
    error_message = "secrets must be ARNs of secrets, with ARNs of their keys."
  }
}
