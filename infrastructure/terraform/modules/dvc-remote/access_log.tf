resource "aws_s3_bucket" "access_log" {
  bucket        = "${local.name}-access-log-${var.account_id}"
  force_destroy = var.force_destroy
}

# S3 delivers access logs only to buckets with its own key.
resource "aws_s3_bucket_server_side_encryption_configuration" "access_log" {
  bucket = aws_s3_bucket.access_log.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_logging" "remote" {
  for_each = aws_s3_bucket.remote

  bucket        = each.value.id
  target_bucket = aws_s3_bucket.access_log.id
  target_prefix = "${each.key}/"
}
