variable "environment" {
  description = "Environment of AWS that the roles belong to; part of every name."
  type        = string

  validation {
    condition     = contains(["staging", "production"], var.environment)
    error_message = "environment must be staging or production."
  }
}

variable "account_id" {
  description = "AWS account whose identity provider for GitHub, made by the stack bootstrap, the roles trust."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id must be 12 digits."
  }
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

variable "policy_arns" {
  description = "Policies of the role that jobs take, by environment of GitHub and a name for each; no role if empty."
  type        = map(map(string))

  validation {
    condition     = alltrue([for environment in keys(var.policy_arns) : can(regex("^[a-z-]+$", environment))])
    error_message = "policy_arns must name environments of GitHub, in small letters and hyphens."
  }

  validation {
    condition     = alltrue([for arn in flatten([for policies in var.policy_arns : values(policies)]) : can(regex("^arn:aws:iam::[0-9]{12}:policy/.+", arn))])
    error_message = "policy_arns must be ARNs of the account's own policies: those of AWS grant too much."
  }
}

variable "callers" {
  description = "Workflows, by the names of their files, and branches whose jobs take the role of an environment of GitHub; any where it names none."
  type        = map(object({ workflows = list(string), branches = list(string) }))
  default     = {}

  validation {
    condition     = alltrue([for environment in keys(var.callers) : contains(keys(var.policy_arns), environment)])
    error_message = "callers must name environments of policy_arns."
  }

  validation {
    condition     = alltrue([for it in values(var.callers) : length(it.workflows) > 0 && length(it.branches) > 0 && alltrue([for name in concat(it.workflows, it.branches) : can(regex("^[A-Za-z0-9._/-]+$", name))])])
    error_message = "callers must give workflows and branches by plain names, without wildcards."
  }
}
