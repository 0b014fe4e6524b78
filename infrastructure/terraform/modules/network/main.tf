locals {
  name  = "plumbline-${var.environment}"
  names = length(var.zones) > 0 ? var.zones : slice(local.found, 0, min(2, length(local.found)))
  found = sort(flatten([for it in data.aws_availability_zones.usable : it.names]))
  zones = { for index, name in local.names : name => index }
}

# Local and wavelength zones have to be opted in for. A zone that is out of order stays listed: its subnets must not go.
data "aws_availability_zones" "usable" {
  #checkov:skip=CKV_AWS_394:the first two by name are taken, and a zone that AWS adds gets a later letter
  count = length(var.zones) == 0 ? 1 : 0

  all_availability_zones = true
  # EKS puts no control plane there (docs.aws.amazon.com/eks/latest/userguide/network-reqs.html).
  exclude_zone_ids = ["use1-az3", "usw1-az2", "cac1-az3"]

  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }
}

resource "aws_vpc" "this" {
  cidr_block           = var.cidr
  enable_dns_support   = true
  enable_dns_hostnames = true
  tags                 = { Name = local.name }

  lifecycle {
    precondition {
      condition     = length(local.names) >= 2
      error_message = "The account sees fewer than two zones of ${var.region} that take EKS: choose another region, or name `zones`."
    }
  }
}

# Without rules: nothing uses it, and nothing can by mistake.
resource "aws_default_security_group" "closed" {
  vpc_id = aws_vpc.this.id
}

resource "aws_subnet" "private" {
  for_each = local.zones

  vpc_id            = aws_vpc.this.id
  availability_zone = each.key
  cidr_block        = cidrsubnet(var.cidr, 4, each.value)

  tags = {
    Name                              = "${local.name}-private-${each.key}"
    "kubernetes.io/role/internal-elb" = "1"
    "karpenter.sh/discovery"          = local.name
  }
}

# For NAT gateways and load balancers only.
resource "aws_subnet" "public" {
  for_each = local.zones

  vpc_id                  = aws_vpc.this.id
  availability_zone       = each.key
  cidr_block              = cidrsubnet(var.cidr, 8, 240 + each.value)
  map_public_ip_on_launch = false

  tags = {
    Name                     = "${local.name}-public-${each.key}"
    "kubernetes.io/role/elb" = "1"
  }
}
