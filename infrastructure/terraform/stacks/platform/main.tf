module "dvc_remote" {
  source = "../../modules/dvc-remote"

  environment   = var.environment
  account_id    = var.account_id
  region        = var.region
  force_destroy = !var.keep_on_destroy

  key_deletion_days = var.key_deletion_days
}

module "eks" {
  source = "../../modules/eks"

  environment        = var.environment
  account_id         = var.account_id
  region             = var.region
  kubernetes_version = var.kubernetes_version
  subnet_ids         = module.network.private_subnet_ids
  multi_zone         = var.multi_zone
  admins             = var.admins
  api_cidrs          = var.api_cidrs
  node_groups        = var.node_groups
  time_zone          = var.time_zone
  karpenter          = var.karpenter
  key_deletion_days  = var.key_deletion_days
}

module "mlflow" {
  source = "../../modules/mlflow"

  environment     = var.environment
  account_id      = var.account_id
  multi_zone      = var.multi_zone
  keep_on_destroy = var.keep_on_destroy
  access_log      = module.dvc_remote.access_log

  postgres_version    = var.postgres_version
  allow_major_upgrade = var.allow_major_upgrade

  key_deletion_days = var.key_deletion_days

  cluster = {
    name              = module.eks.name
    security_group_id = module.eks.security_group_id
    vpc_id            = module.network.vpc_id
    subnet_ids        = module.network.private_subnet_ids
  }
}

module "workload_identity" {
  source = "../../modules/workload-identity"

  environment  = var.environment
  account_id   = var.account_id
  region       = var.region
  cluster_name = module.eks.name

  buckets = merge(
    { for kind, name in module.dvc_remote.buckets : kind => { name = name, key_arn = module.dvc_remote.key_arn } },
    { mlflow = { name = module.mlflow.artifact_bucket, key_arn = module.mlflow.key_arn } },
  )
  secrets = [for arn in values(module.mlflow.secret_arns) : { arn = arn, key_arn = module.mlflow.key_arn }]
}
