mock_provider "aws" {
  source = "../../mocks"
}

variables {
  environment  = "staging"
  account_id   = "123456789012"
  region       = "ap-south-1"
  cluster_name = "plumbline-staging"
  buckets = {
    data       = { name = "d", key_arn = "arn:aws:kms:ap-south-1:123456789012:key/remote" }
    data-cache = { name = "c", key_arn = "arn:aws:kms:ap-south-1:123456789012:key/remote" }
    models     = { name = "m", key_arn = "arn:aws:kms:ap-south-1:123456789012:key/remote" }
    pipeline   = { name = "p", key_arn = "arn:aws:kms:ap-south-1:123456789012:key/remote" }
    mlflow     = { name = "a", key_arn = "arn:aws:kms:ap-south-1:123456789012:key/mlflow" }
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

run "refuses_a_cluster_name_with_a_wildcard" {
  command = plan
  variables {
    cluster_name = "plumbline-*"
  }
  expect_failures = [var.cluster_name]
}

run "refuses_an_unknown_kind_of_bucket" {
  command = plan
  variables {
    buckets = { data = { name = "d", key_arn = "arn:aws:kms:ap-south-1:123456789012:key/remote" } }
  }
  expect_failures = [var.buckets]
}

run "refuses_a_secret_without_its_key" {
  command = plan
  variables {
    secrets = [{ arn = "arn:aws:secretsmanager:ap-south-1:123456789012:secret:it", key_arn = "" }]
  }
  expect_failures = [var.secrets]
}
