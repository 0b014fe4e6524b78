mock_provider "aws" {
  source = "../../mocks"
}

mock_provider "helm" {}

mock_provider "kubernetes" {}

variables {
  environment        = "staging"
  budget_monthly_usd = 300
  account_id         = "123456789012"
  repository         = { owner = "acme", name = "plumbline" }
  admins             = ["arn:aws:iam::123456789012:role/platform"]
  node_groups = {
    system    = { instance_types = ["t3.medium"], spot = false, min = 1, max = 2 }
    services  = { instance_types = ["t3.large"], spot = false, min = 1, max = 4 }
    pipelines = { instance_types = ["m6i.large", "m5.large"], spot = true, min = 0, max = 4 }
  }
}

run "refuses_an_unknown_environment" {
  command = plan
  variables {
    environment = "prod"
  }
  expect_failures = [var.environment]
}

run "refuses_an_account_that_is_not_12_digits" {
  command = plan
  variables {
    account_id = "1234"
  }
  expect_failures = [var.account_id]
}

run "refuses_a_region_that_is_none" {
  command = plan
  variables {
    region = "Mumbai"
  }
  expect_failures = [var.region]
}

run "refuses_another_partition" {
  command = plan
  variables {
    region = "us-gov-west-1"
  }
  expect_failures = [var.region]
}

run "refuses_china" {
  command = plan
  variables {
    region = "cn-north-1"
  }
  expect_failures = [var.region]
}

run "refuses_a_small_network" {
  command = plan
  variables {
    cidr = "10.40.0.0/24"
  }
  expect_failures = [var.cidr]
}

run "refuses_a_zone_of_another_region" {
  command = plan
  variables {
    zones = ["ap-south-1a", "eu-central-1a"]
  }
  expect_failures = [var.zones]
}

run "refuses_a_minor_version_of_postgresql" {
  command = plan
  variables {
    postgres_version = "17.4"
  }
  expect_failures = [var.postgres_version]
}

run "refuses_a_patch_version" {
  command = plan
  variables {
    kubernetes_version = "1.35.1"
  }
  expect_failures = [var.kubernetes_version]
}

run "refuses_a_user_as_administrator" {
  command = plan
  variables {
    admins = ["arn:aws:iam::123456789012:user/me"]
  }
  expect_failures = [var.admins]
}

run "refuses_a_missing_node_group" {
  command = plan
  variables {
    node_groups = { system = { instance_types = ["t3.medium"], spot = false, min = 1, max = 2 } }
  }
  expect_failures = [var.node_groups]
}

run "refuses_a_repository_with_a_wildcard" {
  command = plan
  variables {
    repository = { owner = "acme", name = "*" }
  }
  expect_failures = [var.repository]
}

run "refuses_a_time_zone_by_offset" {
  command = plan
  variables {
    time_zone = "+05:30"
  }
  expect_failures = [var.time_zone]
}

run "refuses_a_deletion_window_that_kms_does_not_have" {
  command = plan
  variables {
    key_deletion_days = 3
  }
  expect_failures = [var.key_deletion_days]
}

run "refuses_the_whole_internet" {
  command = plan
  variables {
    api_cidrs = ["0.0.0.0/0"]
  }
  expect_failures = [var.api_cidrs]
}

run "refuses_the_whole_internet_of_ipv6" {
  command = plan
  variables {
    api_cidrs = ["::/0"]
  }
  expect_failures = [var.api_cidrs]
}

run "refuses_the_whole_internet_in_halves" {
  command = plan
  variables {
    api_cidrs = ["0.0.0.0/1", "128.0.0.0/1"]
  }
  expect_failures = [var.api_cidrs]
}

run "refuses_a_budget_of_nothing" {
  command = plan
  variables {
    budget_monthly_usd = 0
  }
  expect_failures = [var.budget_monthly_usd]
}
