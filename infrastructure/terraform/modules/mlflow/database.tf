resource "aws_db_instance" "mlflow" {
  #checkov:skip=CKV_AWS_157:multi_zone decides; staging saves the standby
  #checkov:skip=CKV_AWS_353:a database of a few queries a minute; its log names the slow ones
  #checkov:skip=CKV_AWS_118:the metrics of CloudWatch suffice for a database of a few queries a minute
  #checkov:skip=CKV_AWS_161:MLflow connects with a password, which RDS rotates
  identifier     = "${local.name}-mlflow"
  engine         = "postgres"
  engine_version = var.postgres_version
  instance_class = var.instance_class
  db_name        = "mlflow"
  username       = "mlflow"

  # RDS makes, keeps and rotates the password; no state holds it.
  manage_master_user_password   = true
  master_user_secret_kms_key_id = aws_kms_key.mlflow.arn

  allocated_storage     = 20
  max_allocated_storage = 100
  storage_type          = "gp3"
  storage_encrypted     = true
  kms_key_id            = aws_kms_key.mlflow.arn

  parameter_group_name            = aws_db_parameter_group.mlflow.name
  enabled_cloudwatch_logs_exports = ["postgresql", "upgrade"]

  db_subnet_group_name   = aws_db_subnet_group.mlflow.name
  vpc_security_group_ids = [aws_security_group.database.id]
  publicly_accessible    = false
  multi_az               = var.multi_zone
  ca_cert_identifier     = "rds-ca-rsa2048-g1"

  backup_retention_period    = var.backup_days
  copy_tags_to_snapshot      = true
  auto_minor_version_upgrade = true
  # Off but for the one apply that raises postgres_version: the database is away for minutes, and there is no way back.
  allow_major_version_upgrade = var.allow_major_upgrade

  deletion_protection       = var.keep_on_destroy
  delete_automated_backups  = !var.keep_on_destroy
  skip_final_snapshot       = !var.keep_on_destroy
  final_snapshot_identifier = var.keep_on_destroy ? "${local.name}-mlflow-final" : null

  depends_on = [aws_cloudwatch_log_group.database]
}

resource "aws_db_parameter_group" "mlflow" {
  # A prefix: another major version needs another family, while the database still uses this one.
  name_prefix = "${local.name}-mlflow-"
  family      = "postgres${var.postgres_version}"

  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }

  parameter {
    name  = "log_statement"
    value = "ddl"
  }

  # Milliseconds: what takes longer is in the log.
  parameter {
    name  = "log_min_duration_statement"
    value = "1000"
  }

  lifecycle {
    create_before_destroy = true
  }
}

# Made before the database: RDS would make ones that are kept for ever and survive a destroy.
resource "aws_cloudwatch_log_group" "database" {
  #checkov:skip=CKV_AWS_158:CloudWatch encrypts it with its own key; statements that define tables hold no secret
  for_each = toset(["postgresql", "upgrade"])

  name              = "/aws/rds/instance/${local.name}-mlflow/${each.key}"
  retention_in_days = 365
}

resource "aws_db_subnet_group" "mlflow" {
  name       = "${local.name}-mlflow"
  subnet_ids = var.cluster.subnet_ids
}

resource "aws_security_group" "database" {
  name        = "${local.name}-mlflow-database"
  description = "PostgreSQL from the nodes of the cluster"
  vpc_id      = var.cluster.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "database" {
  security_group_id            = aws_security_group.database.id
  description                  = "PostgreSQL from the nodes"
  referenced_security_group_id = var.cluster.security_group_id
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
}
