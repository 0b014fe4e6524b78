# The bridge: what Terraform made, as labels and annotations that the ApplicationSets read.
resource "kubernetes_secret_v1" "cluster" {
  metadata {
    name      = var.cluster
    namespace = local.namespace

    labels = merge(
      { "argocd.argoproj.io/secret-type" = "cluster", environment = var.environment },
      { for addon, wanted in local.addons : "addons.plumbline.dev/${addon}" => tostring(wanted) },
    )

    annotations = { for name, value in local.annotations : "plumbline.dev/${name}" => value }
  }

  # Argo CD's own cluster: it needs neither address nor credential.
  data = {
    name   = var.cluster
    server = "https://kubernetes.default.svc"
    config = jsonencode({ tlsClientConfig = { insecure = false } })
  }

  depends_on = [helm_release.argocd]
}
