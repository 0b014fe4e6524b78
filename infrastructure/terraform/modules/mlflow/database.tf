resource "aws_db_instance" "mlflow" {
  identifier     = "${local.name}-mlflow"
  engine         = "postgres"
  engine_version = "17"
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

  db_subnet_group_name   = aws_db_subnet_group.mlflow.name
  vpc_security_group_ids = [aws_security_group.database.id]
  publicly_accessible    = false
  multi_az               = var.multi_zone
  ca_cert_identifier     = "rds-ca-rsa2048-g1"

  backup_retention_period    = var.backup_days
  copy_tags_to_snapshot      = true
  auto_minor_version_upgrade = true

  deletion_protection       = var.keep_on_destroy
  delete_automated_backups  = !var.keep_on_destroy
  skip_final_snapshot       = !var.keep_on_destroy
  final_snapshot_identifier = var.keep_on_destroy ? "${local.name}-mlflow-final" : null
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
