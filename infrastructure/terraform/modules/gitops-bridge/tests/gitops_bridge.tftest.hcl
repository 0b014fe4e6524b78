mock_provider "helm" {}

mock_provider "kubernetes" {}

variables {
  environment = "staging"
  region      = "ap-south-1"
  cluster     = "plumbline-staging"
  domain      = "staging.example.com"
  repository  = { url = "https://github.com/acme/plumbline.git", revision = "main" }
  storage = {
    kms_key_arn = "arn:aws:kms:ap-south-1:123456789012:key/11111111-2222-3333-4444-555555555555"
    buckets = {
      pipeline   = "plumbline-staging-pipeline-123456789012"
      models     = "plumbline-staging-models-123456789012"
      data       = "plumbline-staging-data-123456789012"
      data-cache = "plumbline-staging-data-cache-123456789012"
    }
  }
  mlflow = {
    bucket              = "plumbline-staging-mlflow-123456789012"
    database            = "mlflow.ap-south-1.rds.amazonaws.com:5432/mlflow"
    database_secret_arn = "arn:aws:secretsmanager:ap-south-1:123456789012:secret:mocked" # checkov:skip=CKV_SECRET_6: where a secret is, not what it is
    admin_secret        = "plumbline-staging/mlflow/admin"
  }
}

run "argocd_is_one_version_with_no_door_of_its_own" {
  assert {
    condition     = helm_release.argocd.version == "9.3.7" && helm_release.argocd.create_namespace && helm_release.argocd.wait
    error_message = "Argo CD is not pinned, or its release is not waited for."
  }
  assert {
    condition     = !yamldecode(helm_release.argocd.values[0]).dex.enabled && !yamldecode(helm_release.argocd.values[0]).configs.cm["admin.enabled"] && yamldecode(helm_release.argocd.values[0]).configs.rbac["policy.default"] == ""
    error_message = "Somebody gets into Argo CD without an access entry of the cluster."
  }
}

run "waves_wait_for_applications" {
  assert {
    condition     = strcontains(yamldecode(helm_release.argocd.values[0]).configs.cm["resource.customizations.health.argoproj.io_Application"], "health.status = status.health.status")
    error_message = "Argo CD would take every Application for healthy, and start all waves at once."
  }
}

run "the_cluster_is_registered_with_what_terraform_made" {
  assert {
    condition     = kubernetes_secret_v1.cluster.metadata[0].labels["argocd.argoproj.io/secret-type"] == "cluster" && kubernetes_secret_v1.cluster.metadata[0].labels.environment == "staging"
    error_message = "The ApplicationSets would not find the cluster."
  }
  assert {
    condition     = kubernetes_secret_v1.cluster.metadata[0].annotations["plumbline.dev/bucket_data_cache"] == "plumbline-staging-data-cache-123456789012" && kubernetes_secret_v1.cluster.metadata[0].annotations["plumbline.dev/repo_url"] == "https://github.com/acme/plumbline.git"
    error_message = "An annotation does not hold the output."
  }
  assert {
    condition     = alltrue([for name, value in kubernetes_secret_v1.cluster.metadata[0].annotations : startswith(name, "plumbline.dev/") && (length(value) > 0 || startswith(name, "plumbline.dev/karpenter_"))])
    error_message = "An annotation is empty or has another prefix."
  }
  assert {
    condition     = kubernetes_secret_v1.cluster.data.server == "https://kubernetes.default.svc"
    error_message = "The cluster is not Argo CD's own."
  }
}

run "kuberay_is_an_option" {
  variables {
    kuberay = true
  }
  assert {
    condition     = kubernetes_secret_v1.cluster.metadata[0].labels["addons.plumbline.dev/kuberay"] == "true"
    error_message = "The cluster's secret does not say that KubeRay is wanted."
  }
}

run "karpenter_is_an_option" {
  variables {
    karpenter = { node_role = "plumbline-staging-node", queue = "plumbline-staging-karpenter" }
  }
  assert {
    condition     = kubernetes_secret_v1.cluster.metadata[0].labels["addons.plumbline.dev/karpenter"] == "true" && kubernetes_secret_v1.cluster.metadata[0].annotations["plumbline.dev/karpenter_queue"] == "plumbline-staging-karpenter"
    error_message = "Karpenter would not be installed, or not hear of interruptions."
  }
}

run "what_was_not_asked_for_is_left_out" {
  variables {
    addons = ["istio"]
  }
  assert {
    condition     = kubernetes_secret_v1.cluster.metadata[0].labels["addons.plumbline.dev/karpenter"] == "false" && kubernetes_secret_v1.cluster.metadata[0].labels["addons.plumbline.dev/argo-rollouts"] == "false" && kubernetes_secret_v1.cluster.metadata[0].labels["addons.plumbline.dev/istio"] == "true"
    error_message = "The labels are not the addons that were asked for."
  }
}

run "the_root_application_comes_last_and_goes_first" {
  assert {
    condition     = endswith(helm_release.root.chart, "/root") && helm_release.root.wait && helm_release.root.timeout == 1800
    error_message = "A destroy would not wait for what Argo CD installed."
  }
  assert {
    condition     = yamldecode(helm_release.root.values[0]) == { repo_url = "https://github.com/acme/plumbline.git", revision = "main" }
    error_message = "The root Application follows another repository."
  }
}

run "refuses_a_range_of_versions" {
  command = plan
  variables {
    chart_version = "~> 9.3"
  }
  expect_failures = [var.chart_version]
}

run "refuses_an_unknown_addon" {
  command = plan
  variables {
    addons = ["istio", "linkerd"]
  }
  expect_failures = [var.addons]
}

run "refuses_a_repository_without_transport_security" {
  command = plan
  variables {
    repository = { url = "http://github.com/acme/plumbline.git", revision = "main" }
  }
  expect_failures = [var.repository]
}

run "refuses_a_secret_by_name" {
  command = plan
  variables {
    mlflow = { bucket = "b", database = "h:5432/d", database_secret_arn = "rds", admin_secret = "a" }
  }
  expect_failures = [var.mlflow]
}

run "refuses_a_database_without_port" {
  command = plan
  variables {
    mlflow = { bucket = "b", database = "h", database_secret_arn = "arn:aws:secretsmanager:x", admin_secret = "a" }
  }
  expect_failures = [var.mlflow]
}

run "refuses_a_key_by_alias" {
  command = plan
  variables {
    storage = {
      kms_key_arn = "alias/plumbline"
      buckets     = { pipeline = "aaa", models = "bbb", data = "ccc", data-cache = "ddd" }
    }
  }
  expect_failures = [var.storage]
}

run "refuses_a_role_by_arn" {
  command = plan
  variables {
    karpenter = { node_role = "arn:aws:iam::123456789012:role/node", queue = "plumbline-staging-karpenter" }
  }
  expect_failures = [var.karpenter]
}

run "refuses_a_domain_with_a_path" {
  command = plan
  variables {
    domain = "example.com/staging"
  }
  expect_failures = [var.domain]
}

run "refuses_an_unknown_environment" {
  command = plan
  variables {
    environment = "prod"
  }
  expect_failures = [var.environment]
}

run "refuses_a_cluster_by_arn" {
  command = plan
  variables {
    cluster = "arn:aws:eks:ap-south-1:123456789012:cluster/plumbline-staging"
  }
  expect_failures = [var.cluster]
}

run "refuses_a_region_that_is_none" {
  command = plan
  variables {
    region = "Mumbai"
  }
  expect_failures = [var.region]
}
