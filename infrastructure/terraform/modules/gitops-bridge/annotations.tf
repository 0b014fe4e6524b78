locals {
  addons = {
    argo-rollouts         = contains(var.addons, "argo-rollouts")
    argo-workflows        = contains(var.addons, "argo-workflows")
    external-secrets      = contains(var.addons, "external-secrets")
    istio                 = contains(var.addons, "istio")
    karpenter             = var.karpenter != null
    kube-prometheus-stack = contains(var.addons, "kube-prometheus-stack")
    kuberay               = var.kuberay
  }

  # Exactly what infrastructure/argocd/applicationsets reads; infrastructure/tests/argocd/test_bridge.py compares both.
  annotations = {
    cluster_name               = var.cluster
    region                     = var.region
    domain                     = var.domain
    repo_url                   = var.repository.url
    revision                   = var.repository.revision
    kms_key_arn                = var.storage.kms_key_arn
    karpenter_node_role        = var.karpenter == null ? "" : var.karpenter.node_role
    karpenter_queue            = var.karpenter == null ? "" : var.karpenter.queue
    bucket_pipeline            = var.storage.buckets.pipeline
    bucket_models              = var.storage.buckets.models
    bucket_data                = var.storage.buckets.data
    bucket_data_cache          = var.storage.buckets.data-cache
    mlflow_bucket              = var.mlflow.bucket
    mlflow_database            = var.mlflow.database
    mlflow_database_secret_arn = var.mlflow.database_secret_arn
    mlflow_admin_secret        = var.mlflow.admin_secret
  }
}
