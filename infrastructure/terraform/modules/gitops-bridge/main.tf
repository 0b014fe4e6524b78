locals {
  namespace = "argocd"
}

# Terraform installs Argo CD and gives it one Application; all else in the cluster is synced from git.
resource "helm_release" "argocd" {
  name             = "argocd"
  namespace        = local.namespace
  create_namespace = true
  repository       = "https://argoproj.github.io/argo-helm"
  chart            = "argo-cd"
  version          = var.chart_version
  timeout          = 900
  wait             = true

  values = [yamlencode(local.argocd)]
}
