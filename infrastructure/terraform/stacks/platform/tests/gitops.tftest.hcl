mock_provider "aws" {
  source = "../../mocks"
}

mock_provider "helm" {}

mock_provider "kubernetes" {}

variables {
  environment        = "production"
  budget_monthly_usd = 300
  account_id         = "123456789012"
  repository         = { owner = "acme", name = "plumbline" }
  admins             = ["arn:aws:iam::123456789012:role/platform"]
  domain             = "example.com"
  keep_on_destroy    = false
  node_groups = {
    system    = { instance_types = ["t3.medium"], spot = false, min = 1, max = 2 }
    services  = { instance_types = ["t3.large"], spot = false, min = 1, max = 4 }
    pipelines = { instance_types = ["m6i.large", "m5.large"], spot = true, min = 0, max = 4 }
  }
}

run "argocd_reads_what_the_platform_made" {
  assert {
    condition     = module.gitops_bridge.annotations["plumbline.dev/cluster_name"] == output.cluster && module.gitops_bridge.annotations["plumbline.dev/kms_key_arn"] == output.kms_key_arn
    error_message = "Argo CD would install for another cluster or key."
  }
  assert {
    condition     = { for kind in ["pipeline", "models", "data", "data-cache"] : kind => module.gitops_bridge.annotations["plumbline.dev/bucket_${replace(kind, "-", "_")}"] } == output.buckets
    error_message = "A bucket does not reach the cluster under its name."
  }
  assert {
    condition     = module.gitops_bridge.annotations["plumbline.dev/mlflow_database"] == "mocked.ap-south-1.rds.amazonaws.com:5432/mlflow" && module.gitops_bridge.annotations["plumbline.dev/mlflow_database_secret_arn"] == output.mlflow.database_secret_arn
    error_message = "The MLflow server would look for another database."
  }
  assert {
    condition     = module.gitops_bridge.annotations["plumbline.dev/domain"] == "production.example.com" && module.gitops_bridge.annotations["plumbline.dev/repo_url"] == "https://github.com/acme/plumbline.git"
    error_message = "Argo CD would follow another repository."
  }
}

run "refuses_a_revision_with_a_space" {
  command = plan
  variables {
    revision = "my branch"
  }
  expect_failures = [var.revision]
}

run "refuses_a_domain_of_one_word" {
  command = plan
  variables {
    domain = "localhost"
  }
  expect_failures = [var.domain]
}
