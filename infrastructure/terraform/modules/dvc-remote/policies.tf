# Who may write what of the remotes; IDENTITIES.md is made from this table (plumb infra docs). All read all, and none deletes.
locals {
  writers = {
    developer  = ["data", "data-cache", "models", "pipeline"]
    ci         = ["data", "data-cache", "models", "pipeline"]
    release    = ["models"]
    production = []
  }

  # These are denied the rest, so that no other policy can let them write or delete.
  guarded = ["release", "production"]
}

locals {
  folders = values(local.arns)
  objects = [for arn in local.folders : "${arn}/*"]

  # What a row means: for each writer the statements that have a resource.
  statements = {
    for writer, kinds in local.writers : writer => [
      for statement in [
        {
          Sid       = "List"
          Effect    = "Allow"
          Action    = ["s3:GetBucketLocation", "s3:ListBucket"]
          Resource  = local.folders
          Condition = {}
        },
        {
          Sid       = "Read"
          Effect    = "Allow"
          Action    = ["s3:GetObject", "s3:GetObjectVersion"]
          Resource  = local.objects
          Condition = {}
        },
        {
          # No s3:DeleteObject: DVC adds objects by their hash, and a push never deletes one.
          Sid       = "Write"
          Effect    = "Allow"
          Action    = ["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:PutObject"]
          Resource  = [for kind in kinds : "${local.arns[kind]}/*"]
          Condition = {}
        },
        {
          Sid       = "NoWrite"
          Effect    = "Deny"
          Action    = ["s3:PutObject"]
          Resource  = [for kind, arn in local.arns : "${arn}/*" if contains(local.guarded, writer) && !contains(kinds, kind)]
          Condition = {}
        },
        {
          Sid       = "NeitherDeleteNorChangeBuckets"
          Effect    = "Deny"
          Action    = ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutBucketPolicy", "s3:PutBucketVersioning"]
          Resource  = [for arn in concat(local.folders, local.objects) : arn if contains(local.guarded, writer)]
          Condition = {}
        },
        {
          # An upload needs GenerateDataKey; one in several parts needs Decrypt as well.
          Sid       = "UseKey"
          Effect    = "Allow"
          Action    = length(kinds) == 0 ? ["kms:Decrypt"] : ["kms:Decrypt", "kms:GenerateDataKey"]
          Resource  = [aws_kms_key.remote.arn]
          Condition = { StringEquals = { "kms:ViaService" = "s3.${var.region}.amazonaws.com" } }
        },
      ] : { for key, value in statement : key => value if key != "Condition" || length(value) > 0 } if length(statement.Resource) > 0
    ]
  }
}

resource "aws_iam_policy" "remote" {
  for_each = local.writers

  name        = "${local.name}-remote-${each.key}"
  description = "What ${each.key} may do with the ${local.name} remotes"
  policy      = jsonencode({ Version = "2012-10-17", Statement = local.statements[each.key] })
}
