variable "environment" {
  description = "Environment the server runs in; part of every name."
  type        = string

  validation {
    condition     = contains(["staging", "production"], var.environment)
    error_message = "environment must be staging or production."
  }
}

variable "account_id" {
  description = "AWS account; makes the name of the artifact bucket unique across AWS."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id must be 12 digits."
  }
}

variable "cluster" {
  description = "Cluster that runs the server: its name and security group, and where it lies."
  type = object({
    name              = string
    security_group_id = string
    vpc_id            = string
    subnet_ids        = list(string)
  })

  validation {
    condition     = length(var.cluster.subnet_ids) >= 2
    error_message = "cluster.subnet_ids must name two subnets or more: RDS needs two zones."
  }
}

variable "access_log" {
  description = "Bucket that receives the access log of the artifacts."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9.-]{3,63}$", var.access_log))
    error_message = "access_log must be the name of a bucket."
  }
}

variable "instance_class" {
  description = "Size of the database."
  type        = string
  default     = "db.t4g.micro"

  validation {
    condition     = can(regex("^db\\.[a-z0-9]+\\.[a-z0-9]+$", var.instance_class))
    error_message = "instance_class must look like db.t4g.micro."
  }
}

variable "postgres_version" {
  description = "Major version of PostgreSQL."
  type        = string
  default     = "17"

  validation {
    condition     = can(regex("^1[6-9]$", var.postgres_version))
    error_message = "postgres_version must be a major version such as 17."
  }
}

variable "allow_major_upgrade" {
  description = "Whether this apply may raise postgres_version; there is no way back but a snapshot."
  type        = bool
  default     = false
}

variable "multi_zone" {
  description = "Whether a standby in another zone doubles the database, and its price."
  type        = bool
  default     = false
}

variable "backup_days" {
  description = "Days that automatic backups of the database are kept."
  type        = number
  default     = 7

  validation {
    condition     = var.backup_days >= 1 && var.backup_days <= 35
    error_message = "backup_days must be from 1 to 35, the bounds of RDS."
  }
}

variable "keep_on_destroy" {
  description = "Whether a destroy leaves a last snapshot, refuses a filled bucket and lets the secret be recovered."
  type        = bool
  default     = true
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
