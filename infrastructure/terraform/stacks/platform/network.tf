module "network" {
  source = "../../modules/network"

  environment  = var.environment
  account_id   = var.account_id
  region       = var.region
  cidr         = var.cidr
  zones        = var.zones
  nat_per_zone = var.multi_zone

  endpoint_per_zone = var.multi_zone
}

variable "cidr" {
  description = "Addresses of the environment's network, of no other network that it will ever be joined with."
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
