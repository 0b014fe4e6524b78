mock_provider "aws" {
  source = "../../mocks"
}

variables {
  environment = "production"
  account_id  = "123456789012"
  region      = "ap-south-1"
}

run "policies_name_their_actions_and_resources" {
  assert {
    condition = alltrue(flatten([
      for it in values(aws_iam_policy.remote) : [
        for s in jsondecode(it.policy).Statement : [for word in flatten([s.Action, s.Resource]) : word != "*" && !endswith(word, ":*")]
      ]
    ]))
    error_message = "A policy allows every action or resource."
  }
}

run "developers_and_ci_read_and_write_with_the_key" {
  assert {
    condition = alltrue(flatten([
      for reader in ["developer", "ci"] : [
        for action in ["s3:GetObject", "s3:PutObject", "s3:ListBucket", "kms:GenerateDataKey", "kms:Decrypt"] :
        contains(flatten([
          for s in jsondecode(aws_iam_policy.remote[reader].policy).Statement : s.Action if s.Effect == "Allow"
        ]), action)
      ]
    ]))
    error_message = "A push would be refused: an action of S3 or KMS is missing."
  }
}

run "production_reads_and_can_neither_write_nor_delete" {
  assert {
    condition = toset(flatten([
      for s in jsondecode(aws_iam_policy.remote["production"].policy).Statement : s.Action if s.Effect == "Allow"
    ])) == toset(["s3:GetBucketLocation", "s3:ListBucket", "s3:GetObject", "s3:GetObjectVersion", "kms:Decrypt"])
    error_message = "Production may do more than read."
  }
  assert {
    condition = length(setsubtract(["s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion"], flatten([
      for s in jsondecode(aws_iam_policy.remote["production"].policy).Statement : s.Action if s.Effect == "Deny"
    ]))) == 0
    error_message = "Another policy could let production write or delete."
  }
}

run "a_release_adds_models_reads_the_rest_and_deletes_nothing" {
  assert {
    condition = toset(flatten([
      for s in jsondecode(aws_iam_policy.remote["release"].policy).Statement : s.Resource if s.Effect == "Allow" && contains(s.Action, "s3:PutObject")
    ])) == toset(["arn:aws:s3:::plumbline-production-models-123456789012/*"])
    error_message = "A release may write more than bundles, or none."
  }
  assert {
    condition = toset(flatten([
      for s in jsondecode(aws_iam_policy.remote["release"].policy).Statement : s.Resource if s.Effect == "Deny" && contains(s.Action, "s3:PutObject")
    ])) == toset([for kind in ["data", "data-cache", "pipeline"] : "arn:aws:s3:::plumbline-production-${kind}-123456789012/*"])
    error_message = "Another policy could let a release write data."
  }
  assert {
    condition = contains(flatten([
      for s in jsondecode(aws_iam_policy.remote["release"].policy).Statement : s.Action if s.Effect == "Deny"
    ]), "s3:DeleteObjectVersion")
    error_message = "Another policy could let a release delete."
  }
  assert {
    condition     = contains(flatten([for s in jsondecode(aws_iam_policy.remote["release"].policy).Statement : s.Action if s.Effect == "Allow"]), "kms:GenerateDataKey")
    error_message = "A release would be refused: its KMS grant is missing."
  }
}

run "the_key_is_used_through_s3_only" {
  assert {
    condition = alltrue(flatten([
      for it in values(aws_iam_policy.remote) : [
        for s in jsondecode(it.policy).Statement :
        s.Condition.StringEquals["kms:ViaService"] == "s3.ap-south-1.amazonaws.com" && s.Resource == [aws_kms_key.remote.arn]
        if anytrue([for action in s.Action : startswith(action, "kms:")])
      ]
    ]))
    error_message = "A KMS grant lacks kms:ViaService or names another key."
  }
}
