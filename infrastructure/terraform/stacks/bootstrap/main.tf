locals {
  name    = "plumbline-state-${var.account_id}"
  log     = "plumbline-state-log-${var.account_id}"
  buckets = { state = local.name, log = local.log }
  # The same, of the buckets as made: who uses one waits for it.
  ids = { state = aws_s3_bucket.state.id, log = aws_s3_bucket.log.id }
}

# Holds the states of every environment, its own among them; locks are objects beside them (use_lockfile).
resource "aws_s3_bucket" "state" {
  #checkov:skip=CKV2_AWS_62:nothing acts on a new state
  #checkov:skip=CKV_AWS_144:versions protect from mistakes; without the region there is nothing that the state describes
  bucket        = local.name
  force_destroy = false

  lifecycle {
    prevent_destroy = true
  }
}

# Who read or wrote a state.
resource "aws_s3_bucket" "log" {
  #checkov:skip=CKV2_AWS_62:nothing acts on a new log
  #checkov:skip=CKV_AWS_144:a log of a year needs no copy in a second region
  #checkov:skip=CKV_AWS_145:S3 delivers access logs only to buckets with its own key
  #checkov:skip=CKV_AWS_18:the log of a log would not end
  bucket        = local.log
  force_destroy = false
}

resource "aws_s3_bucket_logging" "state" {
  bucket        = aws_s3_bucket.state.id
  target_bucket = aws_s3_bucket.log.id
  target_prefix = "state/"

  # S3 asks at once whether it may deliver: InvalidTargetBucketForLogging.
  depends_on = [aws_s3_bucket_policy.log]
}

resource "aws_s3_bucket_versioning" "all" {
  for_each = local.buckets

  bucket = local.ids[each.key]

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_public_access_block" "all" {
  for_each = local.buckets

  bucket                  = local.ids[each.key]
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "all" {
  for_each = local.buckets

  bucket = local.ids[each.key]

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}
