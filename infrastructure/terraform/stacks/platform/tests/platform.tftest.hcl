mock_provider "aws" {
  source = "../../mocks"
}

variables {
  environment        = "staging"
  budget_monthly_usd = 300
  account_id         = "123456789012"
  repository         = { owner = "acme", name = "plumbline" }
  admins             = ["arn:aws:iam::123456789012:role/platform"]
  node_groups = {
    system    = { instance_types = ["t3.medium"], spot = false, min = 1, max = 2 }
    services  = { instance_types = ["t3.large"], spot = false, min = 1, max = 4 }
    pipelines = { instance_types = ["m6i.large", "m5.large"], spot = true, min = 0, max = 4 }
  }
}

run "an_environment_is_named_as_one" {
  assert {
    condition     = output.cluster == "plumbline-staging" && alltrue([for name in values(output.buckets) : startswith(name, "plumbline-staging-")])
    error_message = "Cluster and buckets have names of different environments."
  }
  assert {
    condition     = output.mlflow.bucket == "plumbline-staging-mlflow-123456789012" && output.mlflow.service_account.namespace == "mlflow"
    error_message = "The MLflow server would be deployed with another bucket or service account."
  }
}

run "refuses_an_unknown_environment" {
  command = plan
  variables {
    environment = "prod"
  }
  expect_failures = [var.environment]
}
