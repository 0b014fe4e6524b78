# Run once with each file of envs (terraform test -test-directory=tests/environments -var-file=…).
mock_provider "aws" {
  source = "../../mocks"
}

mock_provider "helm" {}

mock_provider "kubernetes" {}

variables {
  account_id = "123456789012"
  repository = { owner = "acme", name = "plumbline", owner_id = "42", id = "4711" }
  admins     = ["arn:aws:iam::123456789012:role/platform"]
}

run "everything_is_named_after_the_environment" {
  assert {
    condition     = output.cluster == "plumbline-${var.environment}" && output.mlflow.bucket == "plumbline-${var.environment}-mlflow-123456789012"
    error_message = "Cluster or bucket is named after another environment."
  }
  assert {
    condition     = output.buckets == { for kind in ["data", "data-cache", "models", "pipeline"] : kind => "plumbline-${var.environment}-${kind}-123456789012" }
    error_message = "A bucket is missing or named after another environment."
  }
  assert {
    condition     = alltrue([for name, it in output.service_accounts : name == "external-secrets" || it.namespace == "plumbline-${var.environment}"])
    error_message = "A workload gets its identity in the namespace of another environment."
  }
}

run "production_is_kept_and_staging_goes_without_a_trace" {
  assert {
    condition     = var.keep_on_destroy == (var.environment == "production") && var.key_deletion_days == (var.environment == "production" ? 30 : 7)
    error_message = "A destroy would delete what production holds, or leave what staging does."
  }
}

run "staging_costs_little_and_production_survives_the_loss_of_a_zone" {
  assert {
    condition     = var.multi_zone == (var.environment == "production")
    error_message = "Staging pays for a second zone, or production has none."
  }
  assert {
    condition     = var.environment == "production" || (var.node_groups.services.spot && alltrue([for it in var.node_groups : it.hours != null]))
    error_message = "Staging runs on demand or at night."
  }
  assert {
    condition     = var.environment == "staging" || (!var.node_groups.services.spot && var.node_groups.services.hours == null)
    error_message = "Production would stop with a node or with the evening."
  }
}

run "a_rollout_finds_room_for_both_versions" {
  assert {
    condition     = var.node_groups.services.min >= 2
    error_message = "Nothing adds a node: one alone is filled by what already runs, and stops production when it goes."
  }
}

run "another_region_is_refused_where_the_state_has_one" {
  command = plan
  variables {
    region = "eu-central-1"
  }
  expect_failures = [output.region]
}

# So that the test can clean up after itself: what is kept refuses to go.
run "it_goes_once_that_is_told" {
  variables {
    keep_on_destroy = false
  }
  assert {
    condition     = !terraform_data.kept.input
    error_message = "A destroy would be refused for ever."
  }
}
