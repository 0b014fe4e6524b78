# The server itself is deployed by Argo CD from this module's outputs; what its pod may do is in module workload-identity.
locals {
  name   = "plumbline-${var.environment}"
  bucket = "${local.name}-mlflow-${var.account_id}"
}

# The password of the server's administrator. Its value is put in by hand, so that no state holds it.
resource "aws_secretsmanager_secret" "admin" {
  #checkov:skip=CKV2_AWS_57:a person puts the value in; MLflow offers no way to rotate it from outside
  name                    = "${local.name}/mlflow/admin"
  description             = "Administrator of the MLflow server"
  kms_key_id              = aws_kms_key.mlflow.arn
  recovery_window_in_days = var.keep_on_destroy ? 30 : 0
}
