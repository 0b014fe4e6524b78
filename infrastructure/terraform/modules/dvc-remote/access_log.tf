resource "aws_s3_bucket" "access_log" {
  #checkov:skip=CKV2_AWS_62:nothing acts on a new log
  #checkov:skip=CKV_AWS_144:a log of a year needs no copy in a second region
  #checkov:skip=CKV_AWS_145:S3 delivers access logs only to buckets with its own key
  #checkov:skip=CKV_AWS_18:the log of a log would not end
  bucket        = local.buckets["access-log"]
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
  for_each = local.names

  bucket        = aws_s3_bucket.remote[each.key].id
  target_bucket = aws_s3_bucket.access_log.id
  target_prefix = "${each.key}/"

  # S3 asks at once whether it may deliver: InvalidTargetBucketForLogging.
  depends_on = [aws_s3_bucket_policy.access_log]
}
