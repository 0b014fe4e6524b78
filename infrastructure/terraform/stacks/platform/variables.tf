variable "environment" {
  description = "Environment the stack makes; part of every name."
  type        = string

  validation {
    condition     = contains(["staging", "production"], var.environment)
    error_message = "environment must be staging or production."
  }
}

variable "account_id" {
  description = "AWS account of the environment."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id must be 12 digits."
  }
}

variable "region" {
  description = "Region of the environment."
  type        = string
  default     = "ap-south-1"

  validation {
    condition     = can(regex("^[a-z]{2}-[a-z]+-[0-9]$", var.region)) && !startswith(var.region, "cn-")
    error_message = "region must look like ap-south-1, in the partition aws: no other is supported."
  }
}

variable "kubernetes_version" {
  description = "Minor version of Kubernetes."
  type        = string
  default     = "1.35"

  validation {
    condition     = can(regex("^1\\.[0-9]{2}$", var.kubernetes_version))
    error_message = "kubernetes_version must be a minor version such as 1.35."
  }
}

variable "api_cidrs" {
  description = "Addresses that reach the API server from outside, such as those of who runs Terraform; empty keeps it private."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for cidr in var.api_cidrs : can(cidrhost(cidr, 0)) && try(tonumber(split("/", cidr)[1]), 0) >= (strcontains(cidr, ":") ? 32 : 8)])
    error_message = "api_cidrs must be CIDR blocks, none wider than /8 (IPv6: /32): not the whole internet, in parts neither."
  }
}

variable "admins" {
  description = "ARNs of the IAM roles that administer the cluster."
  type        = set(string)

  validation {
    condition     = length(var.admins) > 0 && alltrue([for arn in var.admins : can(regex("^arn:aws:iam::[0-9]{12}:role/.+", arn))])
    error_message = "admins must be one or more ARNs of IAM roles."
  }
}

variable "node_groups" {
  description = "Managed node groups: system, services and pipelines; one with hours is empty outside them."
  type = map(object({
    instance_types = list(string)
    spot           = bool
    min            = number
    max            = number
    hours          = optional(object({ up = string, down = string }))
  }))

  validation {
    condition     = toset(keys(var.node_groups)) == toset(["system", "services", "pipelines"])
    error_message = "node_groups must be system, services and pipelines."
  }

  validation {
    condition     = alltrue([for it in var.node_groups : it.min >= 0 && it.max >= it.min && it.max > 0 && length(it.instance_types) > 0])
    error_message = "Each node group needs instance_types and 0 <= min <= max, with max above 0."
  }

  validation {
    condition     = alltrue([for it in var.node_groups : it.hours == null || alltrue([for cron in [try(it.hours.up, ""), try(it.hours.down, "")] : can(regex("^[0-9*/,-]+( [0-9A-Z*/,-]+){4}$", cron))])])
    error_message = "hours.up and hours.down of a node group must be cron expressions of five fields, such as 0 20 * * 1-5."
  }
}

variable "time_zone" {
  description = "Time zone of the hours of the node groups."
  type        = string
  default     = "Asia/Kolkata"

  validation {
    condition     = var.time_zone == "UTC" || can(regex("^[A-Z][A-Za-z]+(/[A-Z][A-Za-z_]+)+$", var.time_zone))
    error_message = "time_zone must be UTC or a name such as Asia/Kolkata."
  }
}

variable "karpenter" {
  description = "Whether Karpenter may start nodes: makes its identity and its queue."
  type        = bool
  default     = false
}

variable "kuberay" {
  description = "Whether Ray jobs may run: Argo CD installs KubeRay's operator."
  type        = bool
  default     = false
}

variable "repository" {
  description = "Repository whose workflows take the roles: owner, name and, for the newer subjects, their ids."
  type = object({
    owner    = string
    name     = string
    owner_id = optional(string)
    id       = optional(string)
  })

  validation {
    condition     = can(regex("^[A-Za-z0-9-]+$", var.repository.owner)) && can(regex("^[A-Za-z0-9._-]+$", var.repository.name))
    error_message = "repository.owner and repository.name must be plain names, without wildcards."
  }

  validation {
    condition     = (var.repository.owner_id == null) == (var.repository.id == null) && alltrue([for id in [var.repository.owner_id, var.repository.id] : id == null || can(regex("^[0-9]+$", id))])
    error_message = "repository.owner_id and repository.id must be digits, given together (gh api repos/OWNER/NAME)."
  }
}

variable "multi_zone" {
  description = "Whether nodes, NAT gateways, endpoints and database survive the loss of a zone, the last three at twice their price."
  type        = bool
  default     = false
}

variable "keep_on_destroy" {
  description = "Whether a destroy keeps data: filled buckets, a last snapshot, the secret."
  type        = bool
  default     = true
}

variable "key_deletion_days" {
  description = "Days between the deletion of a key and the loss of all it encrypts."
  type        = number
  default     = 30

  validation {
    condition     = var.key_deletion_days >= 7 && var.key_deletion_days <= 30
    error_message = "key_deletion_days must be from 7 to 30, the bounds of KMS."
  }
}

# tflint-ignore: terraform_unused_declarations # plumb cloud plan reads it from the plan
variable "budget_monthly_usd" {
  description = "US dollars a month that the environment may cost by the estimate; a plan over it is refused."
  type        = number

  validation {
    condition     = var.budget_monthly_usd > 0
    error_message = "budget_monthly_usd must be above 0."
  }
}
