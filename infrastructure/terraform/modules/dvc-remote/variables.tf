variable "environment" {
  description = "Environment the buckets serve; part of every name."
  type        = string

  validation {
    condition     = contains(["staging", "production"], var.environment)
    error_message = "environment must be staging or production."
  }
}

variable "account_id" {
  description = "AWS account that owns the buckets; makes their names unique across AWS."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id must be 12 digits."
  }
}

variable "region" {
  description = "Region of the buckets; the key may be used through S3 of this region only."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}-[a-z]+-[0-9]$", var.region)) && !startswith(var.region, "cn-")
    error_message = "region must look like ap-south-1, in the partition aws: no other is supported."
  }
}

variable "force_destroy" {
  description = "Whether a destroy may delete buckets that still hold objects and versions."
  type        = bool
  default     = false
}

variable "noncurrent_days" {
  description = "Days that a replaced or deleted version stays recoverable."
  type        = number
  default     = 90

  validation {
    condition     = var.noncurrent_days >= 7 && var.noncurrent_days <= 3650 && floor(var.noncurrent_days) == var.noncurrent_days
    error_message = "noncurrent_days must be a whole number from 7 to 3650."
  }
}

variable "key_deletion_days" {
  description = "Days between the deletion of the key and the loss of all it encrypts."
  type        = number
  default     = 30

  validation {
    condition     = var.key_deletion_days >= 7 && var.key_deletion_days <= 30
    error_message = "key_deletion_days must be from 7 to 30, the bounds of KMS."
  }
}
