mock_provider "aws" {
  source = "../../mocks"
}

variables {
  environment = "staging"
  account_id  = "123456789012"
  region      = "ap-south-1"
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

run "the_server_uses_its_bucket_and_key_and_nothing_else" {
  assert {
    condition = toset(flatten([for s in jsondecode(aws_iam_role_policy.server.policy).Statement : s.Resource])) == toset([
      "arn:aws:s3:::plumbline-staging-mlflow-123456789012",
      "arn:aws:s3:::plumbline-staging-mlflow-123456789012/*",
      aws_kms_key.mlflow.arn,
    ])
    error_message = "The server reaches more than its own."
  }
  assert {
    condition = alltrue([
      for s in jsondecode(aws_iam_role_policy.server.policy).Statement :
      toset(s.Action) == toset(["kms:Decrypt", "kms:GenerateDataKey"]) && s.Condition.StringEquals["kms:ViaService"] == "s3.ap-south-1.amazonaws.com"
      if s.Sid == "Key"
    ])
    error_message = "An upload would be refused by KMS, or the key is usable outside S3."
  }
  assert {
    condition     = aws_eks_pod_identity_association.server.namespace == "mlflow" && aws_eks_pod_identity_association.server.service_account == "mlflow"
    error_message = "The server's pod has no identity."
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
