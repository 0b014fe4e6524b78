output "namespace" {
  description = "Namespace of Argo CD."
  value       = local.namespace
}

output "annotations" {
  description = "What the ApplicationSets read of the cluster."
  value       = kubernetes_secret_v1.cluster.metadata[0].annotations
}
