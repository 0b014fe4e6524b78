output "artifact_bucket" {
  description = "Bucket of the artifacts, which the server proxies."
  value       = aws_s3_bucket.artifacts.bucket
}

output "database" {
  description = "Host, port and name of the database."
  value       = { host = aws_db_instance.mlflow.address, port = aws_db_instance.mlflow.port, name = aws_db_instance.mlflow.db_name }
}

output "admin_secret" {
  description = "Name of the secret that holds the administrator's password."
  value       = aws_secretsmanager_secret.admin.name
}

output "service_account" {
  description = "Namespace and service account of the server."
  value       = { namespace = local.namespace, name = local.service_account }
}
