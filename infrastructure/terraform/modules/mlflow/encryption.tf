resource "aws_kms_key" "mlflow" {
  description             = "Database, artifacts and secrets of MLflow in ${local.name}"
  enable_key_rotation     = true
  deletion_window_in_days = var.key_deletion_days

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      # In a key policy "*" is this key. The account's IAM policies decide who uses it.
      Sid       = "AccountDecides"
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::${var.account_id}:root" }
      Action    = "kms:*"
      Resource  = "*"
    }]
  })
}

resource "aws_kms_alias" "mlflow" {
  name          = "alias/${local.name}-mlflow"
  target_key_id = aws_kms_key.mlflow.key_id
}
