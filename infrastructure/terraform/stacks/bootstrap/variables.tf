variable "account_id" {
  description = "AWS account that keeps the state; makes the bucket's name unique across AWS."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id must be 12 digits."
  }
}

variable "state_region" {
  description = "Region of the state bucket, wherever the environments are."
  type        = string
  default     = "ap-south-1"

  validation {
    condition     = can(regex("^[a-z]{2}-[a-z]+-[0-9]$", var.state_region)) && !startswith(var.state_region, "cn-")
    error_message = "state_region must look like ap-south-1, in the partition aws: no other is supported."
  }
}

variable "noncurrent_days" {
  description = "Days that an older state stays recoverable."
  type        = number
  default     = 365

  validation {
    condition     = var.noncurrent_days >= 30 && var.noncurrent_days <= 3650
    error_message = "noncurrent_days must be from 30 to 3650."
  }
}

variable "regions" {
  description = "Regions of environments elsewhere: volumes are encrypted by default there, too."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for region in var.regions : can(regex("^[a-z]{2}-[a-z]+-[0-9]$", region)) && !startswith(region, "cn-")])
    error_message = "regions must look like eu-central-1."
  }
}

variable "existing" {
  description = "What the account has already, GitHub's issuer and services with their role: adopted as it is. `plumb cloud bootstrap` finds it."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for name in var.existing : can(regex("^[a-z0-9-]+(\\.[a-z0-9-]+)+$", name))])
    error_message = "existing must name GitHub's issuer or services, such as spot.amazonaws.com."
  }
}

variable "block_public_access" {
  description = "Whether no bucket of the account can be public; `false` in one that publishes buckets on purpose."
  type        = bool
  default     = true
}
