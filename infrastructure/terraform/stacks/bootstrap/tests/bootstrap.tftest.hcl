mock_provider "aws" {
  source = "../../mocks"
}

mock_provider "aws" {
  alias  = "account"
  source = "../../mocks"
}

variables {
  account_id = "123456789012"
}

run "the_state_is_versioned_encrypted_and_private" {
  assert {
    condition     = aws_s3_bucket.state.bucket == "plumbline-state-123456789012" && output.region == var.state_region
    error_message = "The state bucket has another name or region."
  }
  assert {
    condition     = alltrue([for it in aws_s3_bucket_versioning.all : it.versioning_configuration[0].status == "Enabled"])
    error_message = "A lost state could not be recovered."
  }
  assert {
    condition = alltrue([
      for rule in aws_s3_bucket_server_side_encryption_configuration.state.rule :
      rule.apply_server_side_encryption_by_default[0].kms_master_key_id == aws_kms_key.state.arn
    ])
    error_message = "The state is not encrypted with its own key."
  }
  assert {
    condition = length(aws_s3_bucket_public_access_block.all) == 2 && alltrue([
      for it in aws_s3_bucket_public_access_block.all :
      it.block_public_acls && it.block_public_policy && it.ignore_public_acls && it.restrict_public_buckets
    ])
    error_message = "The state bucket is open to the public."
  }
  assert {
    condition     = jsondecode(aws_s3_bucket_policy.state.policy).Statement[0].Condition.Bool["aws:SecureTransport"] == "false"
    error_message = "The state bucket answers without TLS."
  }
}

run "volumes_of_claims_are_encrypted_without_asking" {
  assert {
    condition     = aws_ebs_encryption_by_default.this.enabled
    error_message = "A volume that a claim makes would not be encrypted."
  }
}

run "volumes_are_encrypted_in_every_region_of_an_environment" {
  command = plan
  variables {
    regions = ["ap-south-1", "eu-central-1"]
  }
  assert {
    condition     = keys(aws_ebs_encryption_by_default.elsewhere) == ["eu-central-1"] && aws_ebs_encryption_by_default.elsewhere["eu-central-1"].region == "eu-central-1"
    error_message = "A region of an environment is forgotten, or has two owners."
  }
}

run "a_service_acts_from_the_first_apply_on" {
  command = plan
  assert {
    condition     = alltrue([for service in ["autoscaling", "eks", "eks-nodegroup", "rds", "spot"] : contains(keys(aws_iam_service_linked_role.this), "${service}.amazonaws.com")])
    error_message = "A service of the platform would make its role in the midst of an apply, or be refused."
  }
}

run "no_bucket_of_the_account_is_public_unless_that_is_meant" {
  command = plan
  variables {
    block_public_access = false
  }
  assert {
    condition     = length(aws_s3_account_public_access_block.this) == 0
    error_message = "Public buckets of others would be closed."
  }
}

run "who_read_a_state_is_logged" {
  assert {
    condition     = aws_s3_bucket_logging.state.target_bucket == aws_s3_bucket.log.id && alltrue([for it in aws_s3_bucket_ownership_controls.all : it.rule[0].object_ownership == "BucketOwnerEnforced"])
    error_message = "Nobody would learn who read a state."
  }
}

run "a_destroy_never_deletes_states" {
  assert {
    condition     = !aws_s3_bucket.state.force_destroy && aws_kms_key.state.deletion_window_in_days == 30
    error_message = "A destroy would delete the states of all environments."
  }
}

run "refuses_an_account_that_is_not_12_digits" {
  command = plan
  variables {
    account_id = "plumbline"
  }
  expect_failures = [var.account_id]
}

run "refuses_a_region_that_is_none" {
  command = plan
  variables {
    state_region = "Mumbai"
  }
  expect_failures = [var.state_region]
}

run "refuses_environments_in_a_region_that_is_none" {
  command = plan
  variables {
    regions = ["Frankfurt"]
  }
  expect_failures = [var.regions]
}

run "refuses_to_adopt_what_has_no_name" {
  command = plan
  variables {
    existing = ["everything"]
  }
  expect_failures = [var.existing]
}

run "refuses_to_forget_states_within_a_month" {
  command = plan
  variables {
    noncurrent_days = 7
  }
  expect_failures = [var.noncurrent_days]
}
