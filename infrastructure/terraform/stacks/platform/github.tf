locals {
  # Jobs by their environment of GitHub, with what they may: pull requests read, data pipelines and official builds write to
  # the DVC remote, deployments add bundles and ask the cluster. All work with staging, but for what adds to production the
  # bundle that staging was verified with, and what asks production's cluster, and nothing else, whether it runs it.
  workflows = {
    staging = {
      read     = { remote = module.dvc_remote.policy_arns["production"] }
      data     = { remote = module.dvc_remote.policy_arns["ci"] }
      official = { remote = module.dvc_remote.policy_arns["ci"] }
      staging  = { remote = module.dvc_remote.policy_arns["release"], cluster = module.eks.describe_policy_arn }
    }
    production = {
      production      = { remote = module.dvc_remote.policy_arns["release"] }
      production-read = { cluster = module.eks.describe_policy_arn }
    }
  }
  # Pull requests read, from any branch.
  callers = {
    data            = { workflows = ["data-pipeline.yml"], branches = ["main", "develop"] }
    official        = { workflows = ["model-pipeline.yml"], branches = ["main"] }
    production      = { workflows = ["promotion.yml"], branches = ["main"] }
    production-read = { workflows = ["promotion.yml"], branches = ["main"] }
    staging         = { workflows = ["deploy.yml"], branches = ["main"] }
  }
}

module "github_oidc" {
  source = "../../modules/github-oidc"

  environment = var.environment
  account_id  = var.account_id
  repository  = var.repository
  policy_arns = local.workflows[var.environment]
  callers     = { for name, caller in local.callers : name => caller if contains(keys(local.workflows[var.environment]), name) }
}

# The group that the roles `verify` are bound to, in the environment's namespace and in Argo CD's.
resource "aws_eks_access_entry" "verify" {
  for_each = toset([{ staging = "staging", production = "production-read" }[var.environment]])

  cluster_name      = module.eks.name
  principal_arn     = module.github_oidc.role_arns[each.key]
  kubernetes_groups = ["plumbline:verify"]
}
