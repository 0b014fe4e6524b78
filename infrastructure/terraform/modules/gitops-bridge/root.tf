# A chart, not kubernetes_manifest: that one asks the API server for the definition of Application while planning,
# before Argo CD has brought it, so that a first apply fails. A chart meets the API server when it is installed.
resource "helm_release" "root" {
  name      = "root"
  namespace = local.namespace
  chart     = "${path.module}/root"
  # A destroy waits until Argo CD has deleted all it installed, wave by wave, load balancers and volumes included.
  wait    = true
  timeout = 1800

  values = [yamlencode({ repo_url = var.repository.url, revision = var.repository.revision })]

  depends_on = [kubernetes_secret_v1.cluster]
}
