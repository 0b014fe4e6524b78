mock_provider "aws" {
  source = "../../mocks"
}

variables {
  environment = "staging"
  account_id  = "123456789012"
  access_log  = "plumbline-staging-access-log-123456789012"
  cluster = {
    name              = "plumbline-staging"
    security_group_id = "sg-0a"
    vpc_id            = "vpc-0a"
    subnet_ids        = ["subnet-0a", "subnet-0b"]
  }
}

run "the_database_is_encrypted_backed_up_and_private" {
  assert {
    condition     = aws_db_instance.mlflow.storage_encrypted && aws_db_instance.mlflow.kms_key_id == aws_kms_key.mlflow.arn
    error_message = "The database is not encrypted with its key."
  }
  assert {
    condition     = aws_db_instance.mlflow.backup_retention_period == 7 && !aws_db_instance.mlflow.publicly_accessible
    error_message = "The database is not backed up, or is public."
  }
  assert {
    condition     = aws_db_instance.mlflow.manage_master_user_password && aws_db_instance.mlflow.password == null
    error_message = "The state would hold the database's password."
  }
  assert {
    condition     = aws_vpc_security_group_ingress_rule.database.referenced_security_group_id == "sg-0a" && aws_vpc_security_group_ingress_rule.database.from_port == 5432
    error_message = "Others than the nodes reach the database."
  }
}

run "the_database_takes_only_tls_and_its_logs_go_with_it" {
  assert {
    condition     = anytrue([for it in aws_db_parameter_group.mlflow.parameter : it.name == "rds.force_ssl" && it.value == "1"])
    error_message = "The database answers without TLS."
  }
  assert {
    condition     = toset(keys(aws_cloudwatch_log_group.database)) == toset(aws_db_instance.mlflow.enabled_cloudwatch_logs_exports)
    error_message = "RDS would make a log group that survives a destroy."
  }
}

run "a_major_version_comes_with_its_parameters_when_told" {
  variables {
    postgres_version    = "18"
    allow_major_upgrade = true
  }
  assert {
    condition     = aws_db_instance.mlflow.engine_version == "18" && aws_db_instance.mlflow.allow_major_version_upgrade && aws_db_parameter_group.mlflow.family == "postgres18"
    error_message = "RDS would refuse the upgrade, or the parameters of another version."
  }
  assert {
    condition     = aws_db_parameter_group.mlflow.name_prefix == "plumbline-staging-mlflow-"
    error_message = "The group in use would have to go before the new one takes its name."
  }
}

run "refuses_a_minor_version_of_postgresql" {
  command = plan
  variables {
    postgres_version = "17.4"
  }
  expect_failures = [var.postgres_version]
}

run "artifacts_are_versioned_encrypted_and_private" {
  assert {
    condition     = aws_s3_bucket.artifacts.bucket == "plumbline-staging-mlflow-123456789012" && aws_s3_bucket_versioning.artifacts.versioning_configuration[0].status == "Enabled"
    error_message = "The artifact bucket has another name or is not versioned."
  }
  assert {
    condition     = aws_s3_bucket_public_access_block.artifacts.restrict_public_buckets && aws_s3_bucket_public_access_block.artifacts.block_public_policy && aws_s3_bucket_public_access_block.artifacts.block_public_acls && aws_s3_bucket_public_access_block.artifacts.ignore_public_acls
    error_message = "The artifacts are open to the public."
  }
}

run "artifacts_log_accesses_and_forget_old_versions" {
  assert {
    condition     = aws_s3_bucket_logging.artifacts.target_bucket == "plumbline-staging-access-log-123456789012"
    error_message = "The artifact bucket does not log its accesses."
  }
  assert {
    condition     = aws_s3_bucket_lifecycle_configuration.artifacts.rule[0].noncurrent_version_expiration[0].noncurrent_days == 90
    error_message = "Old versions of artifacts never expire."
  }
  assert {
    condition     = aws_s3_bucket_ownership_controls.artifacts.rule[0].object_ownership == "BucketOwnerEnforced"
    error_message = "An artifact could belong to the account that wrote it."
  }
  assert {
    condition     = jsondecode(aws_s3_bucket_policy.artifacts.policy).Statement[0].Condition.Bool["aws:SecureTransport"] == "false"
    error_message = "The artifact bucket answers without TLS."
  }
  assert {
    condition = alltrue([
      for rule in aws_s3_bucket_server_side_encryption_configuration.artifacts.rule :
      rule.apply_server_side_encryption_by_default[0].kms_master_key_id == aws_kms_key.mlflow.arn
    ])
    error_message = "Artifacts are not encrypted with their key."
  }
}

run "who_deploys_the_server_learns_its_secrets" {
  assert {
    condition     = output.secret_arns.database == "arn:aws:secretsmanager:ap-south-1:123456789012:secret:rds!db-mocked"
    error_message = "The server would be deployed without the secret of its database."
  }
}

run "a_destroy_keeps_what_was_learned" {
  assert {
    condition     = aws_db_instance.mlflow.deletion_protection && !aws_db_instance.mlflow.skip_final_snapshot && !aws_s3_bucket.artifacts.force_destroy
    error_message = "A destroy would delete runs or artifacts."
  }
}

run "a_destroy_finishes_when_told" {
  variables {
    keep_on_destroy = false
  }
  assert {
    condition     = aws_db_instance.mlflow.skip_final_snapshot && aws_db_instance.mlflow.delete_automated_backups && aws_s3_bucket.artifacts.force_destroy
    error_message = "Snapshots or artifacts would survive or block the destroy."
  }
  assert {
    condition     = aws_secretsmanager_secret.admin.recovery_window_in_days == 0
    error_message = "The secret in recovery would block the next apply."
  }
}

run "the_key_goes_when_told" {
  variables {
    key_deletion_days = 7
  }
  assert {
    condition     = aws_kms_key.mlflow.deletion_window_in_days == 7
    error_message = "The key stays longer than told."
  }
}

run "refuses_a_deletion_window_that_kms_does_not_have" {
  command = plan
  variables {
    key_deletion_days = 3
  }
  expect_failures = [var.key_deletion_days]
}

run "refuses_a_log_bucket_that_is_no_name" {
  command = plan
  variables {
    access_log = "arn:aws:s3:::logs"
  }
  expect_failures = [var.access_log]
}

run "refuses_a_database_without_backups" {
  command = plan
  variables {
    backup_days = 0
  }
  expect_failures = [var.backup_days]
}

run "refuses_an_instance_class_of_ec2" {
  command = plan
  variables {
    instance_class = "t4g.micro"
  }
  expect_failures = [var.instance_class]
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

run "refuses_a_single_subnet" {
  command = plan
  variables {
    cluster = { name = "plumbline-staging", security_group_id = "sg-0a", vpc_id = "vpc-0a", subnet_ids = ["subnet-0a"] }
  }
  expect_failures = [var.cluster]
}
