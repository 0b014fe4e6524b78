locals {
  kept = var.environment == "production" ? local.production_keeps : []

  # A workload that may do nothing gets no role.
  entitled = {
    for name, it in local.workloads : name => {
      namespace       = it.namespace
      service_account = it.service_account
      reads           = distinct(concat(it.reads, it.writes, it.deletes))
      writes          = tolist(setsubtract(it.writes, local.kept))
      deletes         = tolist(setsubtract(it.deletes, local.kept))
      secrets         = it.secrets
    } if it.secrets || length(concat(it.reads, it.writes, it.deletes)) > 0
  }
}

resource "aws_iam_role" "workload" {
  for_each = local.entitled

  name        = "plumbline-${var.environment}-${each.key}"
  description = "Pods of ${each.value.namespace} with the service account ${each.value.service_account}"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "pods.eks.amazonaws.com" }
      Action    = ["sts:AssumeRole", "sts:TagSession"]
      Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
    }]
  })
}

resource "aws_eks_pod_identity_association" "workload" {
  for_each = local.entitled

  cluster_name    = var.cluster_name
  namespace       = each.value.namespace
  service_account = each.value.service_account
  role_arn        = aws_iam_role.workload[each.key].arn

  depends_on = [aws_iam_role_policy.workload]
}

resource "aws_iam_role_policy" "workload" {
  for_each = local.entitled

  name   = "workload"
  role   = aws_iam_role.workload[each.key].id
  policy = jsonencode({ Version = "2012-10-17", Statement = local.statements[each.key] })
}
