mock_provider "aws" {
  source = "../../mocks"
}

variables {
  account_id = "123456789012"
}

run "the_state_is_versioned_encrypted_and_private" {
  assert {
    condition     = aws_s3_bucket.state.bucket == "plumbline-state-123456789012" && output.region == var.region
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
    region = "Mumbai"
  }
  expect_failures = [var.region]
}

run "refuses_to_forget_states_within_a_month" {
  command = plan
  variables {
    noncurrent_days = 7
  }
  expect_failures = [var.noncurrent_days]
}
