variable "environment" {
  description = "Environment the network serves; part of every name."
  type        = string

  validation {
    condition     = contains(["staging", "production"], var.environment)
    error_message = "environment must be staging or production."
  }
}

variable "account_id" {
  description = "AWS account of the network; only its flow logs may be written."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id must be 12 digits."
  }
}

variable "region" {
  description = "Region of the network."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}-[a-z]+-[0-9]$", var.region)) && !startswith(var.region, "cn-")
    error_message = "region must look like ap-south-1, in the partition aws: no other is supported."
  }
}

variable "cidr" {
  description = "Addresses of the VPC; a /16 gives each zone 4,096 for pods."
  type        = string
  default     = "10.40.0.0/16"

  validation {
    condition     = can(cidrhost(var.cidr, 0)) && endswith(var.cidr, "/16")
    error_message = "cidr must be a /16 such as 10.40.0.0/16."
  }
}

variable "zones" {
  description = "Availability zones, two to four; the first two of the region that take EKS if empty."
  type        = list(string)
  default     = []

  validation {
    condition     = contains([0, 2, 3, 4], length(var.zones)) && length(distinct(var.zones)) == length(var.zones) && alltrue([for zone in var.zones : can(regex("^${var.region}[a-z]$", zone))])
    error_message = "zones must be two to four different zones of the region, such as ap-south-1a."
  }
}

variable "nat_per_zone" {
  description = "One NAT gateway a zone rather than one in all: survives the loss of a zone, costs that many times more."
  type        = bool
  default     = false
}

variable "endpoint_per_zone" {
  description = "Whether the endpoints of ECR and STS have an address in each zone rather than in the first: each address costs."
  type        = bool
  default     = true
}

variable "flow_log_days" {
  description = "Days that flow logs are kept."
  type        = number
  default     = 365

  validation {
    condition     = contains([7, 14, 30, 60, 90, 180, 365, 400], var.flow_log_days)
    error_message = "flow_log_days must be a retention of CloudWatch: 7, 14, 30, 60, 90, 180, 365 or 400."
  }
}
