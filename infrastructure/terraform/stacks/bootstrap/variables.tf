variable "account_id" {
  description = "AWS account that keeps the state; makes the bucket's name unique across AWS."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id must be 12 digits."
  }
}

variable "region" {
  description = "Region of the state bucket."
  type        = string
  default     = "ap-south-1"

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region must look like ap-south-1."
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
