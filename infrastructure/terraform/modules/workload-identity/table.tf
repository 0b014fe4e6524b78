# Who may do what: one row a service account, and none without its row. IDENTITIES.md is made from this file (make terraform-docs).
# read, write, delete: kinds of buckets; write includes read. secrets: those of the project.
locals {
  services   = "plumbline-${var.environment}"
  production = var.environment == "production"

  workloads = {
    # It asks predict for prices and its database for the rest.
    api = { namespace = local.services, service_account = "api", read = [], write = [], delete = [], secrets = false }
    # The init step fetches the bundle.
    predict = { namespace = local.services, service_account = "predict", read = ["models"], write = [], delete = [], secrets = false }
    # The bundle's reference, and the data that came since.
    monitor = { namespace = local.services, service_account = "monitor", read = ["data", "models"], write = [], delete = [], secrets = false }
    # It proxies artifacts; mlflow gc deletes them.
    mlflow = { namespace = local.services, service_account = "mlflow", read = [], write = ["mlflow"], delete = ["mlflow"], secrets = false }
    # Workflows. In production they read data and models, and write what they log.
    pipeline = {
      namespace       = local.services
      service_account = "pipeline"
      read            = local.production ? ["data", "data-cache", "models"] : []
      write           = local.production ? ["pipeline"] : ["data", "data-cache", "models", "pipeline"]
      delete          = []
      secrets         = false
    }
    # It copies secrets into the namespace of the services, so that no other pod reads Secrets Manager.
    external-secrets = { namespace = "external-secrets", service_account = "external-secrets", read = [], write = [], delete = [], secrets = true }
  }
}
