output "cluster" {
  description = "Name of the cluster."
  value       = module.eks.name
}

output "buckets" {
  description = "Buckets of the DVC remotes by kind."
  value       = module.dvc_remote.buckets
}

output "ci_role_arn" {
  description = "Role of the workflows in this environment."
  value       = module.github_oidc.role_arn
}

output "mlflow" {
  description = "What the MLflow server is deployed with."
  value       = { bucket = module.mlflow.artifact_bucket, database = module.mlflow.database, secret = module.mlflow.admin_secret, service_account = module.mlflow.service_account }
}
