# What the module mlflow is told of its database.
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
