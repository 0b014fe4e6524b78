resource "aws_kms_key" "secrets" {
  description             = "Kubernetes secrets of ${local.name}"
  enable_key_rotation     = true
  deletion_window_in_days = 30

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

resource "aws_kms_alias" "secrets" {
  name          = "alias/${local.name}-eks"
  target_key_id = aws_kms_key.secrets.key_id
}
