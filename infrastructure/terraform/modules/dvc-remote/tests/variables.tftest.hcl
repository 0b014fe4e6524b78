mock_provider "aws" {
  source = "../../mocks"
}

variables {
  environment = "staging"
  account_id  = "123456789012"
  region      = "ap-south-1"
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

run "refuses_to_forget_versions_within_a_week" {
  command = plan
  variables {
    noncurrent_days = 1
  }
  expect_failures = [var.noncurrent_days]
}

run "refuses_a_deletion_window_that_kms_does_not_have" {
  command = plan
  variables {
    key_deletion_days = 3
  }
  expect_failures = [var.key_deletion_days]
}
