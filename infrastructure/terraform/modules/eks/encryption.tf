resource "aws_kms_key" "cluster" {
  description             = "Kubernetes secrets and control-plane logs of ${local.name}"
  enable_key_rotation     = true
  deletion_window_in_days = var.key_deletion_days

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # In a key policy "*" is this key. The account's IAM policies decide who uses it.
        Sid       = "AccountDecides"
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::${var.account_id}:root" }
        Action    = "kms:*"
        Resource  = "*"
      },
      {
        # In a key policy "*" is this key; the condition binds it to the log group.
        Sid       = "LogsEncrypt"
        Effect    = "Allow"
        Principal = { Service = "logs.${var.region}.amazonaws.com" }
        Action    = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo"]
        Resource  = "*"
        Condition = { ArnEquals = { "kms:EncryptionContext:aws:logs:arn" = "arn:aws:logs:${var.region}:${var.account_id}:log-group:/aws/eks/${local.name}/cluster" } }
      },
    ]
  })
}

resource "aws_kms_alias" "cluster" {
  name          = "alias/${local.name}-eks"
  target_key_id = aws_kms_key.cluster.key_id
}
