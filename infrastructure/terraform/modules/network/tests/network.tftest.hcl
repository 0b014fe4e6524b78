mock_provider "aws" {
  source = "../../mocks"
}

variables {
  environment = "staging"
  account_id  = "123456789012"
  region      = "ap-south-1"
}

run "a_private_and_a_public_subnet_lie_in_each_zone" {
  assert {
    condition     = toset(keys(aws_subnet.private)) == toset(["ap-south-1a", "ap-south-1b"]) && keys(aws_subnet.public) == keys(aws_subnet.private)
    error_message = "A zone lacks a subnet."
  }
  assert {
    condition     = length(distinct(concat(values(aws_subnet.private)[*].cidr_block, values(aws_subnet.public)[*].cidr_block))) == 4
    error_message = "Two subnets share their addresses."
  }
  assert {
    condition     = !anytrue([for it in aws_subnet.public : it.map_public_ip_on_launch])
    error_message = "What starts in a public subnet would get a public address."
  }
  assert {
    condition     = aws_vpc.this.tags.Name == "plumbline-staging"
    error_message = "The network has another name."
  }
}

run "zones_are_those_of_the_region_that_take_eks" {
  command = plan
  variables {
    region = "us-west-1"
  }
  override_data {
    target = data.aws_availability_zones.usable
    values = { names = ["us-west-1c", "us-west-1a"] }
  }
  assert {
    condition     = toset(keys(aws_subnet.private)) == toset(["us-west-1a", "us-west-1c"]) && keys(aws_nat_gateway.this) == ["us-west-1a"]
    error_message = "A subnet lies in a zone that the region does not have."
  }
  assert {
    condition     = data.aws_availability_zones.usable[0].exclude_zone_ids == toset(["use1-az3", "usw1-az2", "cac1-az3"])
    error_message = "EKS would refuse a zone."
  }
}

run "zones_that_are_named_are_not_looked_up" {
  command = plan
  variables {
    zones = ["ap-south-1c", "ap-south-1a", "ap-south-1b"]
  }
  assert {
    condition     = length(data.aws_availability_zones.usable) == 0 && length(aws_subnet.private) == 3 && keys(aws_nat_gateway.this) == ["ap-south-1c"]
    error_message = "A plan without an account would ask AWS, or a zone is forgotten."
  }
}

run "refuses_a_region_with_one_zone_for_eks" {
  command = plan
  override_data {
    target = data.aws_availability_zones.usable
    values = { names = ["ap-south-1a"] }
  }
  expect_failures = [aws_vpc.this]
}

run "one_nat_gateway_serves_all_zones" {
  assert {
    condition     = length(aws_nat_gateway.this) == 1 && length(distinct(values(aws_route.private)[*].nat_gateway_id)) == 1
    error_message = "The saving of a single NAT gateway is lost."
  }
}

run "each_zone_has_its_nat_gateway_when_told" {
  variables {
    nat_per_zone = true
  }
  assert {
    condition     = alltrue([for zone, route in aws_route.private : route.nat_gateway_id == aws_nat_gateway.this[zone].id])
    error_message = "A zone leaves through another zone."
  }
}

run "s3_ecr_and_sts_are_reached_inside" {
  assert {
    condition     = aws_vpc_endpoint.s3.vpc_endpoint_type == "Gateway" && length(aws_vpc_endpoint.s3.route_table_ids) == 2
    error_message = "A private subnet reaches S3 through the NAT gateway."
  }
  assert {
    condition     = toset(keys(aws_vpc_endpoint.interface)) == toset(["ecr.api", "ecr.dkr", "sts"]) && alltrue([for it in aws_vpc_endpoint.interface : length(it.subnet_ids) == 2])
    error_message = "An endpoint is missing, or a zone has no address of it."
  }
  assert {
    condition     = aws_vpc_security_group_ingress_rule.endpoints.cidr_ipv4 == "10.40.0.0/16" && aws_vpc_security_group_ingress_rule.endpoints.from_port == 443
    error_message = "The endpoints are open to more than HTTPS from the network."
  }
}

run "endpoints_serve_this_account_alone" {
  assert {
    condition = alltrue([
      for policy in concat([aws_vpc_endpoint.s3.policy], values(aws_vpc_endpoint.interface)[*].policy) : alltrue([
        for it in jsondecode(policy).Statement : it.Action == "s3:GetObject" || try(it.Condition.StringEquals["aws:PrincipalAccount"], "") == "123456789012"
      ])
    ])
    error_message = "Data could leave the network with the credentials of another account."
  }
}

run "endpoints_have_an_address_in_each_zone_or_in_the_first" {
  variables {
    endpoint_per_zone = false
  }
  assert {
    condition     = alltrue([for it in aws_vpc_endpoint.interface : it.subnet_ids == toset([aws_subnet.private["ap-south-1a"].id])])
    error_message = "The saving of a single address is lost."
  }
}

run "all_traffic_is_logged_by_a_role_that_can_do_nothing_else" {
  assert {
    condition     = aws_flow_log.this.traffic_type == "ALL" && aws_cloudwatch_log_group.flow.retention_in_days == 365
    error_message = "Traffic is not logged for a year."
  }
  assert {
    condition = alltrue([
      for s in jsondecode(aws_iam_role_policy.flow.policy).Statement :
      alltrue([for arn in s.Resource : startswith(arn, "arn:aws:logs:ap-south-1:123456789012:log-group:/plumbline/staging/flow-logs")])
    ])
    error_message = "The role of the flow logs may write to other log groups."
  }
}

run "refuses_an_unknown_environment" {
  command = plan
  variables {
    environment = "prod"
  }
  expect_failures = [var.environment]
}

run "refuses_a_small_network" {
  command = plan
  variables {
    cidr = "10.40.0.0/24"
  }
  expect_failures = [var.cidr]
}

run "refuses_a_single_zone" {
  command = plan
  variables {
    zones = ["ap-south-1a"]
  }
  expect_failures = [var.zones]
}

run "refuses_zones_of_another_region" {
  command = plan
  variables {
    zones = ["eu-central-1a", "eu-central-1b"]
  }
  expect_failures = [var.zones]
}

run "refuses_a_retention_that_cloudwatch_does_not_have" {
  command = plan
  variables {
    flow_log_days = 10
  }
  expect_failures = [var.flow_log_days]
}

run "refuses_a_region_that_is_none" {
  command = plan
  variables {
    region = "Mumbai"
  }
  expect_failures = [var.region]
}

run "refuses_an_account_that_is_not_12_digits" {
  command = plan
  variables {
    account_id = "1234"
  }
  expect_failures = [var.account_id]
}
