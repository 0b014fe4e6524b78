variable "environment" {
  description = "Environment the cluster serves; part of every name."
  type        = string

  validation {
    condition     = contains(["staging", "production"], var.environment)
    error_message = "environment must be staging or production."
  }
}

variable "account_id" {
  description = "AWS account of the cluster."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id must be 12 digits."
  }
}

variable "kubernetes_version" {
  description = "Minor version of Kubernetes."
  type        = string
  default     = "1.34"

  validation {
    condition     = can(regex("^1\\.[0-9]{2}$", var.kubernetes_version))
    error_message = "kubernetes_version must be a minor version such as 1.34."
  }
}

variable "subnet_ids" {
  description = "Private subnets of the nodes, one a zone."
  type        = list(string)

  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "subnet_ids must name two subnets or more: EKS needs two zones."
  }
}

variable "api_cidrs" {
  description = "Addresses that reach the API server from outside; empty keeps it private."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for cidr in var.api_cidrs : can(cidrhost(cidr, 0)) && cidr != "0.0.0.0/0"])
    error_message = "api_cidrs must be CIDR blocks, and not the whole internet."
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
  description = "Managed node groups: system, services and pipelines."
  type = map(object({
    instance_types = list(string)
    spot           = bool
    min            = number
    max            = number
  }))

  validation {
    condition     = toset(keys(var.node_groups)) == toset(["system", "services", "pipelines"])
    error_message = "node_groups must be system, services and pipelines."
  }

  validation {
    condition     = alltrue([for it in var.node_groups : it.min >= 0 && it.max >= it.min && it.max > 0 && length(it.instance_types) > 0])
    error_message = "Each node group needs instance_types and 0 <= min <= max, with max above 0."
  }
}
