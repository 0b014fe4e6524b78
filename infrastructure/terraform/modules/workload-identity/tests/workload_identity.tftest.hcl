mock_provider "aws" {
  source = "../../mocks"
}

variables {
  environment  = "staging"
  account_id   = "123456789012"
  region       = "ap-south-1"
  cluster_name = "plumbline-staging"
  buckets = {
    data       = { name = "d", key_arn = "arn:aws:kms:ap-south-1:123456789012:key/remote" }
    data-cache = { name = "c", key_arn = "arn:aws:kms:ap-south-1:123456789012:key/remote" }
    models     = { name = "m", key_arn = "arn:aws:kms:ap-south-1:123456789012:key/remote" }
    pipeline   = { name = "p", key_arn = "arn:aws:kms:ap-south-1:123456789012:key/remote" }
    mlflow     = { name = "a", key_arn = "arn:aws:kms:ap-south-1:123456789012:key/mlflow" }
  }
  secrets = [{
    arn     = "arn:aws:secretsmanager:ap-south-1:123456789012:secret:rds!db-0a"
    key_arn = "arn:aws:kms:ap-south-1:123456789012:key/mlflow"
  }]
}

run "pods_get_the_role_of_their_service_account" {
  assert {
    condition = alltrue([
      for name, it in aws_eks_pod_identity_association.workload :
      it.namespace == local.workloads[name].namespace && it.service_account == local.workloads[name].service_account && it.cluster_name == "plumbline-staging"
    ])
    error_message = "A service account gets the role of another."
  }
  assert {
    condition     = aws_eks_pod_identity_association.workload["pipeline"].namespace == "plumbline-staging"
    error_message = "Pipeline pods have no identity."
  }
  assert {
    condition = alltrue([
      for it in aws_iam_role.workload : jsondecode(it.assume_role_policy).Statement[0].Principal.Service == "pods.eks.amazonaws.com" &&
      jsondecode(it.assume_role_policy).Statement[0].Condition.StringEquals["aws:SourceAccount"] == "123456789012"
    ])
    error_message = "Others than pods of this account could take a role."
  }
}

run "a_workload_without_rights_has_no_role" {
  assert {
    condition     = !contains(keys(aws_iam_role.workload), "api") && output.service_accounts.api.service_account == "api"
    error_message = "api has a role, or no row."
  }
}

run "who_reads_may_decrypt_and_who_writes_may_encrypt" {
  assert {
    condition = alltrue([
      for name, it in aws_iam_role_policy.workload : alltrue([
        for kind in local.entitled[name].reads : contains(flatten([
          for s in jsondecode(it.policy).Statement : [for action in s.Action : [for arn in s.Resource : "${action} ${arn}"]]
        ]), "kms:Decrypt ${var.buckets[kind].key_arn}")
      ])
    ])
    error_message = "A missing KMS grant: a download would be refused."
  }
  assert {
    condition = alltrue([
      for name, it in aws_iam_role_policy.workload : alltrue([
        for kind in local.entitled[name].writes : contains(flatten([
          for s in jsondecode(it.policy).Statement : [for action in s.Action : [for arn in s.Resource : "${action} ${arn}"]]
        ]), "kms:GenerateDataKey ${var.buckets[kind].key_arn}")
      ])
    ])
    error_message = "A missing KMS grant: an upload would be refused."
  }
}

run "keys_are_used_through_s3_and_secrets_manager_only" {
  assert {
    condition = alltrue(flatten([
      for it in aws_iam_role_policy.workload : [
        for s in jsondecode(it.policy).Statement :
        contains(["s3.ap-south-1.amazonaws.com", "secretsmanager.ap-south-1.amazonaws.com"], s.Condition.StringEquals["kms:ViaService"])
        if anytrue([for action in s.Action : startswith(action, "kms:")])
      ]
    ]))
    error_message = "A KMS grant lacks kms:ViaService."
  }
}

run "secrets_are_read_by_one_workload_only" {
  assert {
    condition = toset([
      for name, it in aws_iam_role_policy.workload : name if strcontains(it.policy, "secretsmanager:GetSecretValue")
    ]) == toset(["external-secrets"])
    error_message = "Another workload reads secrets."
  }
  assert {
    condition = flatten([
      for s in jsondecode(aws_iam_role_policy.workload["external-secrets"].policy).Statement : s.Resource if s.Sid == "ReadSecrets"
    ]) == ["arn:aws:secretsmanager:ap-south-1:123456789012:secret:plumbline-staging/*", "arn:aws:secretsmanager:ap-south-1:123456789012:secret:rds!db-0a"]
    error_message = "Secrets of others are read, or the database's is not."
  }
}

run "production_can_neither_write_nor_delete_data" {
  variables {
    environment = "production"
  }
  assert {
    condition = length(setintersection(flatten([
      for it in aws_iam_role_policy.workload : [
        for s in jsondecode(it.policy).Statement : s.Resource if length(setintersection(s.Action, ["s3:PutObject", "s3:DeleteObject"])) > 0
      ]
    ]), ["arn:aws:s3:::d/*", "arn:aws:s3:::c/*", "arn:aws:s3:::m/*"])) == 0
    error_message = "A pod of production may write or delete data."
  }
}
