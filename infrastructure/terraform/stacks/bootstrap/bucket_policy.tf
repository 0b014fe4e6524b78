locals {
  deny_plain_http = {
    for key, bucket in local.buckets : key => {
      # Every principal and action: nobody speaks to the bucket without TLS.
      Sid       = "TlsOnly"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = ["arn:aws:s3:::${bucket}", "arn:aws:s3:::${bucket}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }
  }
  receive_logs = {
    Sid       = "ReceiveAccessLogs"
    Effect    = "Allow"
    Principal = { Service = "logging.s3.amazonaws.com" }
    Action    = "s3:PutObject"
    Resource  = "arn:aws:s3:::${local.log}/*"
    Condition = {
      ArnLike      = { "aws:SourceArn" = "arn:aws:s3:::${local.name}" }
      StringEquals = { "aws:SourceAccount" = var.account_id }
    }
  }
}

resource "aws_s3_bucket_policy" "state" {
  bucket = aws_s3_bucket.state.id
  policy = jsonencode({ Version = "2012-10-17", Statement = [local.deny_plain_http["state"]] })

  depends_on = [aws_s3_bucket_public_access_block.all]
}

resource "aws_s3_bucket_policy" "log" {
  bucket = aws_s3_bucket.log.id
  policy = jsonencode({ Version = "2012-10-17", Statement = [local.deny_plain_http["log"], local.receive_logs] })

  depends_on = [aws_s3_bucket_public_access_block.all]
}
