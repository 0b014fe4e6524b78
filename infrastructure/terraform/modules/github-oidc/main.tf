locals {
  name   = "plumbline-${var.environment}"
  issuer = "token.actions.githubusercontent.com"
  # One an account: the stack bootstrap makes it, both environments share it. Named, not looked up, so that a plan needs no account.
  provider_arn = "arn:aws:iam::${var.account_id}:oidc-provider/${local.issuer}"
  owner        = var.repository.owner
  repo         = var.repository.name

  # GitHub adds the ids to the subjects of newer repositories, so that a name taken over by another gets no role.
  repositories = concat(
    ["repo:${local.owner}/${local.repo}"],
    var.repository.id == null ? [] : ["repo:${local.owner}@${var.repository.owner_id}/${local.repo}@${var.repository.id}"],
  )

  # An environment keeps to its branches and reviewers on some plans of GitHub alone; the token's own claims hold on all.
  claims = { for environment in keys(var.policy_arns) : environment => {
    ref = [for branch in try(var.callers[environment].branches, []) : "refs/heads/${branch}"]
    job_workflow_ref = flatten([for workflow in try(var.callers[environment].workflows, []) : [
      for branch in var.callers[environment].branches : "${local.owner}/${local.repo}/.github/workflows/${workflow}@refs/heads/${branch}"
    ]])
  } }
}

resource "aws_iam_role" "workflow" {
  for_each = var.policy_arns

  name                 = "${local.name}-workflow-${each.key}"
  description          = "Jobs of ${local.owner}/${local.repo} in the environment ${each.key} of GitHub"
  max_session_duration = 3600

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Federated = local.provider_arn }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = {
        StringEquals = merge({
          "${local.issuer}:aud" = "sts.amazonaws.com"
          "${local.issuer}:sub" = [for repository in local.repositories : "${repository}:environment:${each.key}"]
        }, { for claim, values in local.claims[each.key] : "${local.issuer}:${claim}" => values if length(values) > 0 })
      }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "workflow" {
  for_each = merge([
    for environment, policies in var.policy_arns : { for name, arn in policies : "${environment}/${name}" => { environment = environment, arn = arn } }
  ]...)

  role       = aws_iam_role.workflow[each.value.environment].name
  policy_arn = each.value.arn
}
