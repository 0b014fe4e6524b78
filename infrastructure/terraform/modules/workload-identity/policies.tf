locals {
  # What a row means: for each workload the statements that have a resource.
  arns       = { for kind, it in var.buckets : kind => "arn:aws:s3:::${it.name}" }
  secret_set = "arn:aws:secretsmanager:${var.region}:${var.account_id}:secret:plumbline-${var.environment}/*"

  statements = {
    for name, it in local.entitled : name => [
      for statement in [
        {
          Sid       = "List"
          Effect    = "Allow"
          Action    = ["s3:GetBucketLocation", "s3:ListBucket"]
          Resource  = [for kind in it.reads : local.arns[kind]]
          Condition = {}
        },
        {
          Sid       = "Read"
          Effect    = "Allow"
          Action    = ["s3:GetObject", "s3:GetObjectVersion"]
          Resource  = [for kind in it.reads : "${local.arns[kind]}/*"]
          Condition = {}
        },
        {
          Sid       = "Write"
          Effect    = "Allow"
          Action    = ["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:PutObject"]
          Resource  = [for kind in it.writes : "${local.arns[kind]}/*"]
          Condition = {}
        },
        {
          Sid       = "Delete"
          Effect    = "Allow"
          Action    = ["s3:DeleteObject"]
          Resource  = [for kind in it.deletes : "${local.arns[kind]}/*"]
          Condition = {}
        },
        {
          # S3 decrypts and encrypts with the key on the pod's behalf: without these it answers 403.
          Sid       = "Decrypt"
          Effect    = "Allow"
          Action    = ["kms:Decrypt"]
          Resource  = distinct([for kind in it.reads : var.buckets[kind].key_arn])
          Condition = { StringEquals = { "kms:ViaService" = "s3.${var.region}.amazonaws.com" } }
        },
        {
          Sid       = "Encrypt"
          Effect    = "Allow"
          Action    = ["kms:GenerateDataKey"]
          Resource  = distinct([for kind in it.writes : var.buckets[kind].key_arn])
          Condition = { StringEquals = { "kms:ViaService" = "s3.${var.region}.amazonaws.com" } }
        },
        {
          Sid       = "ReadSecrets"
          Effect    = "Allow"
          Action    = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"]
          Resource  = it.secrets ? concat([local.secret_set], [for secret in var.secrets : secret.arn]) : []
          Condition = {}
        },
        {
          Sid       = "DecryptSecrets"
          Effect    = "Allow"
          Action    = ["kms:Decrypt"]
          Resource  = it.secrets ? distinct([for secret in var.secrets : secret.key_arn]) : []
          Condition = { StringEquals = { "kms:ViaService" = "secretsmanager.${var.region}.amazonaws.com" } }
        },
      ] : { for key, value in statement : key => value if key != "Condition" || length(value) > 0 } if length(statement.Resource) > 0
    ]
  }
}
