locals {
  # A token for each command: none is in the state, and none runs out while a cluster is made.
  cluster_login = {
    api_version = "client.authentication.k8s.io/v1"
    command     = "aws"
    args        = ["eks", "get-token", "--cluster-name", module.eks.name, "--region", var.region]
  }
}

provider "kubernetes" {
  host                   = module.eks.endpoint
  cluster_ca_certificate = base64decode(module.eks.certificate_authority)

  exec {
    api_version = local.cluster_login.api_version
    command     = local.cluster_login.command
    args        = local.cluster_login.args
  }
}

provider "helm" {
  kubernetes = {
    host                   = module.eks.endpoint
    cluster_ca_certificate = base64decode(module.eks.certificate_authority)
    exec                   = local.cluster_login
  }
}

module "gitops_bridge" {
  source = "../../modules/gitops-bridge"

  environment = var.environment
  region      = var.region
  cluster     = module.eks.name
  domain      = "${var.environment}.${var.domain}"
  repository  = { url = "https://github.com/${var.repository.owner}/${var.repository.name}.git", revision = var.revision }
  storage     = { kms_key_arn = module.dvc_remote.key_arn, buckets = module.dvc_remote.buckets }
  karpenter   = var.karpenter ? { node_role = module.eks.node_role, queue = module.eks.karpenter_queue } : null
  kuberay     = var.kuberay

  mlflow = {
    bucket              = module.mlflow.artifact_bucket
    database            = "${module.mlflow.database.host}:${module.mlflow.database.port}/${module.mlflow.database.name}"
    database_secret_arn = module.mlflow.secret_arns.database
    admin_secret        = module.mlflow.admin_secret
  }

  # A destroy empties the cluster while its nodes, their way out and the identities of the controllers are still there.
  depends_on = [module.network, module.eks, module.workload_identity]
}

variable "domain" {
  description = "Domain of the team; the environment's names are ENVIRONMENT.DOMAIN."
  type        = string
  default     = "plumbline.internal"

  validation {
    condition     = can(regex("^[a-z0-9-]+(\\.[a-z0-9-]+)+$", var.domain))
    error_message = "domain must look like example.com."
  }
}

variable "revision" {
  description = "Branch, tag or commit that Argo CD follows."
  type        = string
  default     = "main"

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9._/-]*$", var.revision))
    error_message = "revision must be a branch, tag or commit."
  }
}
