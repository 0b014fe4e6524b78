# Who may do what: one row a service account, and none without its row. IDENTITIES.md is made from this file (plumb infra docs).
# reads, writes, deletes: kinds of buckets; who writes also reads. secrets: those of the project.
# In production nobody writes or deletes what production_keeps: there such a row only reads.
locals {
  services         = "plumbline-${var.environment}"
  production_keeps = ["data", "data-cache", "models"]

  workloads = {
    api = {
      namespace       = local.services
      service_account = "api"
      reads           = []
      writes          = []
      deletes         = []
      secrets         = false
      why             = "asks predict for prices and its database for the rest"
    }
    predict = {
      namespace       = local.services
      service_account = "predict"
      reads           = ["models"]
      writes          = []
      deletes         = []
      secrets         = false
      why             = "its init step fetches the bundle"
    }
    monitor = {
      namespace       = local.services
      service_account = "monitor"
      reads           = ["data", "models"]
      writes          = []
      deletes         = []
      secrets         = false
      why             = "compares what came in with the reference of the bundle"
    }
    mlflow = {
      namespace       = local.services
      service_account = "mlflow"
      reads           = []
      writes          = ["mlflow"]
      deletes         = ["mlflow"]
      secrets         = false
      why             = "proxies artifacts, and mlflow gc deletes them; its passwords come as a Kubernetes secret"
    }
    pipeline = {
      namespace       = local.services
      service_account = "pipeline"
      reads           = []
      writes          = ["data", "data-cache", "models", "pipeline"]
      deletes         = []
      secrets         = false
      why             = "workflows pull and push data, upload models and keep their logs"
    }
    ray = {
      namespace       = local.services
      service_account = "ray"
      reads           = ["data", "data-cache", "models"]
      writes          = ["pipeline"]
      deletes         = ["pipeline"]
      secrets         = false
      why             = "jobs pull data, fetch the bundle, and write or take back answers in the pipeline's bucket"
    }
    retention = {
      namespace       = local.services
      service_account = "retention"
      reads           = []
      writes          = []
      deletes         = []
      secrets         = false
      why             = "deletes old predictions; the store's address comes as a Kubernetes secret"
    }
    loop-receiver = {
      namespace       = local.services
      service_account = "loop-receiver"
      reads           = []
      writes          = []
      deletes         = []
      secrets         = false
      why             = "starts the model pipeline at GitHub; its token comes as a Kubernetes secret"
    }
    external-secrets = {
      namespace       = "external-secrets"
      service_account = "external-secrets"
      reads           = []
      writes          = []
      deletes         = []
      secrets         = true
      why             = "copies secrets into the namespace of the services, so that no other pod reads Secrets Manager"
    }
  }
}
