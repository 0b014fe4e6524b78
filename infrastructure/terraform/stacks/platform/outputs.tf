output "cluster" {
  description = "Name of the cluster."
  value       = module.eks.name
}

output "buckets" {
  description = "Buckets of the DVC remotes by kind."
  value       = module.dvc_remote.buckets
}

output "workflow_role_arns" {
  description = "Role of the workflows' jobs by environment of GitHub."
  value       = module.github_oidc.role_arns
}

output "region" {
  description = "Region of the environment."
  value       = var.region

  precondition {
    condition     = terraform_data.region.output == var.region
    error_message = "This state was made in ${terraform_data.region.output}: set region to that, or make another environment."
  }
}

output "kms_key_arn" {
  description = "ARN of the key of the DVC remotes."
  value       = module.dvc_remote.key_arn
}

output "mlflow" {
  description = "What the MLflow server is deployed with."
  value       = { bucket = module.mlflow.artifact_bucket, database = module.mlflow.database, secret = module.mlflow.admin_secret, database_secret_arn = module.mlflow.secret_arns.database }
}

output "service_accounts" {
  description = "Namespace and service account of each workload."
  value       = module.workload_identity.service_accounts
}

output "karpenter_queue" {
  description = "Name of Karpenter's queue; null without Karpenter."
  value       = module.eks.karpenter_queue
}
