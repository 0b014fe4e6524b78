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

output "secret_arns" {
  description = "ARNs of the secrets that the server is deployed with: of the database, which RDS rotates, and of its administrator."
  value       = { database = one(aws_db_instance.mlflow.master_user_secret[*].secret_arn), admin = aws_secretsmanager_secret.admin.arn }
}

output "key_arn" {
  description = "ARN of the key that encrypts database, artifacts and secrets."
  value       = aws_kms_key.mlflow.arn
}
