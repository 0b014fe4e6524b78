locals {
  # Jobs by their environment of GitHub: in staging pull requests read, data pipelines write and deployments are verified;
  # official builds release to production.
  workflows = {
    staging = {
      read    = module.dvc_remote.policy_arns["production"]
      data    = module.dvc_remote.policy_arns["ci"]
      staging = module.eks.describe_policy_arn
    }
    production = { production = module.dvc_remote.policy_arns["release"] }
  }
}

module "github_oidc" {
  source = "../../modules/github-oidc"

  environment = var.environment
  account_id  = var.account_id
  repository  = var.repository
  policy_arns = local.workflows[var.environment]
}

# The group that the roles `verify` are bound to, in the environment's namespace and in Argo CD's.
resource "aws_eks_access_entry" "verify" {
  for_each = toset(var.environment == "staging" ? ["staging"] : [])

  cluster_name      = module.eks.name
  principal_arn     = module.github_oidc.role_arns[each.key]
  kubernetes_groups = ["plumbline:verify"]
}
