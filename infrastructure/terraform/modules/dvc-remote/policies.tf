locals {
  folders = values(local.arns)
  objects = [for arn in local.folders : "${arn}/*"]

  list = {
    Sid      = "List"
    Effect   = "Allow"
    Action   = ["s3:GetBucketLocation", "s3:ListBucket"]
    Resource = local.folders
  }
  read = {
    Sid      = "Read"
    Effect   = "Allow"
    Action   = ["s3:GetObject", "s3:GetObjectVersion"]
    Resource = local.objects
  }
  # No s3:DeleteObject: DVC adds objects by their hash, and a push never deletes one.
  write = {
    Sid      = "Write"
    Effect   = "Allow"
    Action   = ["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:PutObject"]
    Resource = local.objects
  }
  deny_write = {
    Sid      = "NeitherWriteNorDelete"
    Effect   = "Deny"
    Action   = ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutObject", "s3:PutBucketPolicy", "s3:PutBucketVersioning"]
    Resource = concat(local.folders, local.objects)
  }
  through_s3 = { StringEquals = { "kms:ViaService" = "s3.${var.region}.amazonaws.com" } }
  decrypt = {
    Sid       = "Decrypt"
    Effect    = "Allow"
    Action    = ["kms:Decrypt"]
    Resource  = aws_kms_key.remote.arn
    Condition = local.through_s3
  }
  # An upload needs GenerateDataKey; one in several parts needs Decrypt as well.
  encrypt = merge(local.decrypt, { Sid = "Encrypt", Action = ["kms:Decrypt", "kms:GenerateDataKey"] })

  statements = {
    developer  = [local.list, local.read, local.write, local.encrypt]
    ci         = [local.list, local.read, local.write, local.encrypt]
    production = [local.list, local.read, local.deny_write, local.decrypt]
  }
}

resource "aws_iam_policy" "remote" {
  for_each = local.statements

  name        = "${local.name}-remote-${each.key}"
  description = "What ${each.key} may do with the ${local.name} remotes"
  policy      = jsonencode({ Version = "2012-10-17", Statement = each.value })
}
