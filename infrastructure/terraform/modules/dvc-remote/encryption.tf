resource "aws_kms_key" "remote" {
  description             = "Objects of the ${local.name} remotes"
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

resource "aws_kms_alias" "remote" {
  name          = "alias/${local.name}-remote"
  target_key_id = aws_kms_key.remote.key_id
}

resource "aws_s3_bucket_server_side_encryption_configuration" "remote" {
  for_each = local.names

  bucket = aws_s3_bucket.remote[each.key].id

  rule {
    # One data key a bucket rather than one an object: DVC stores many small files.
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.remote.arn
    }
  }
}
