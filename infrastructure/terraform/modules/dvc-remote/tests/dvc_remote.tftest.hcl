mock_provider "aws" {
  source = "../../mocks"
}

variables {
  environment = "staging"
  account_id  = "123456789012"
  region      = "ap-south-1"
}

run "buckets_are_named_versioned_encrypted_and_private" {
  assert {
    condition     = aws_s3_bucket.remote["data"].bucket == "plumbline-staging-data-123456789012"
    error_message = "The data bucket has another name."
  }
  assert {
    condition     = toset(keys(aws_s3_bucket.remote)) == toset(["data", "data-cache", "models", "pipeline"])
    error_message = "There must be a bucket for data, its cache, models and pipelines."
  }
  assert {
    condition     = alltrue([for it in aws_s3_bucket_versioning.all : it.versioning_configuration[0].status == "Enabled"])
    error_message = "A remote is not versioned."
  }
  assert {
    condition = alltrue(flatten([
      for it in aws_s3_bucket_server_side_encryption_configuration.remote : [
        for rule in it.rule : rule.apply_server_side_encryption_by_default[0].kms_master_key_id == aws_kms_key.remote.arn
      ]
    ]))
    error_message = "A remote is not encrypted with its own key."
  }
  assert {
    condition = length(aws_s3_bucket_public_access_block.all) == 5 && alltrue([
      for it in aws_s3_bucket_public_access_block.all :
      it.block_public_acls && it.block_public_policy && it.ignore_public_acls && it.restrict_public_buckets
    ])
    error_message = "A bucket is open to the public."
  }
}

run "buckets_refuse_plain_http" {
  assert {
    condition = alltrue([
      for it in values(aws_s3_bucket_policy.remote) : anytrue([
        for s in jsondecode(it.policy).Statement :
        s.Effect == "Deny" && s.Principal == "*" && s.Condition.Bool["aws:SecureTransport"] == "false"
      ])
    ])
    error_message = "A remote answers without TLS."
  }
}

run "access_is_logged_and_old_versions_expire" {
  assert {
    condition     = alltrue([for it in aws_s3_bucket_logging.remote : it.target_bucket == aws_s3_bucket.access_log.id])
    error_message = "A remote does not log its accesses."
  }
  assert {
    condition = alltrue([
      for it in aws_s3_bucket_lifecycle_configuration.remote : it.rule[0].noncurrent_version_expiration[0].noncurrent_days == 90
    ])
    error_message = "Old versions of a remote never expire."
  }
}

run "objects_belong_to_the_account" {
  assert {
    condition     = length(aws_s3_bucket_ownership_controls.all) == 5 && alltrue([for it in aws_s3_bucket_ownership_controls.all : it.rule[0].object_ownership == "BucketOwnerEnforced"])
    error_message = "An object could belong to the account that wrote it."
  }
}

run "a_destroy_keeps_objects_unless_told" {
  assert {
    condition     = !anytrue([for it in aws_s3_bucket.remote : it.force_destroy]) && aws_kms_key.remote.deletion_window_in_days == 30
    error_message = "A destroy would delete data."
  }
}

run "a_destroy_deletes_objects_when_told" {
  variables {
    force_destroy     = true
    key_deletion_days = 7
  }
  assert {
    condition     = alltrue([for it in aws_s3_bucket.remote : it.force_destroy]) && aws_s3_bucket.access_log.force_destroy
    error_message = "Objects would block the destroy."
  }
}
