locals {
  argocd = {
    # Custom resources are gone before their definitions: the root Application is destroyed first.
    crds = { install = true, keep = false }

    # No way in but the cluster's own: people use `argocd --core` with their access entry.
    dex           = { enabled = false }
    notifications = { enabled = false }

    configs = {
      cm = {
        "admin.enabled" = false
        # Argo CD itself judges Rollouts, AnalysisRuns and ExternalSecrets, but no longer Applications, which waves wait for.
        "resource.customizations.health.argoproj.io_Application" = file("${path.module}/application_health.lua")
      }
      rbac = { "policy.default" = "" }
    }

    # Prometheus, which comes later, brings the ServiceMonitor: infrastructure/argocd/platform/addons/kube-prometheus-stack.yaml.
    controller = {
      metrics   = { enabled = true }
      resources = { requests = { cpu = "100m", memory = "512Mi" } }
    }
    repoServer     = { resources = { requests = { cpu = "50m", memory = "128Mi" } } }
    server         = { resources = { requests = { cpu = "20m", memory = "64Mi" } } }
    applicationSet = { resources = { requests = { cpu = "20m", memory = "64Mi" } } }
  }
}
