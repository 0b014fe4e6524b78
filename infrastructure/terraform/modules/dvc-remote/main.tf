locals {
  name  = "plumbline-${var.environment}"
  kinds = toset(["data", "data-cache", "models", "pipeline"])
  names = { for kind in local.kinds : kind => "${local.name}-${kind}-${var.account_id}" }
  arns  = { for kind, name in local.names : kind => "arn:aws:s3:::${name}" }
  # Named, not read from the resources: an import into an empty state knows no resource yet.
  buckets = merge(local.names, { access-log = "${local.name}-access-log-${var.account_id}" })
  # The same, of the buckets as made: who uses one waits for it.
  ids = merge({ for kind, bucket in aws_s3_bucket.remote : kind => bucket.id }, { access-log = aws_s3_bucket.access_log.id })
}

resource "aws_s3_bucket" "remote" {
  #checkov:skip=CKV2_AWS_62:nothing acts on a new object; workflows start from git
  #checkov:skip=CKV_AWS_144:versions protect from mistakes; a second region would double the price of data that can be extracted again
  for_each = local.names

  bucket        = each.value
  force_destroy = var.force_destroy
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
