mock_provider "aws" {
  source = "../../mocks"
}

variables {
  environment = "staging"
  account_id  = "123456789012"
  repository  = { owner = "acme", name = "plumbline", owner_id = "42", id = "4711" }
  policy_arns = { staging = { release = "arn:aws:iam::123456789012:policy/plumbline-staging-remote-release" } }
}

run "both_subjects_name_repository_and_environment" {
  assert {
    condition = jsondecode(aws_iam_role.workflow["staging"].assume_role_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:sub"] == [
      "repo:acme/plumbline:environment:staging",
      "repo:acme@42/plumbline@4711:environment:staging",
    ]
    error_message = "Workflows of one of the subject formats are refused, or those of another environment let in."
  }
  assert {
    condition     = jsondecode(aws_iam_role.workflow["staging"].assume_role_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:aud"] == "sts.amazonaws.com"
    error_message = "A token made for somebody else than AWS is taken."
  }
  assert {
    condition     = jsondecode(aws_iam_role.workflow["staging"].assume_role_policy).Statement[0].Principal.Federated == "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
    error_message = "The role trusts another provider than the one that bootstrap makes."
  }
  assert {
    condition     = !strcontains(aws_iam_role.workflow["staging"].assume_role_policy, "*")
    error_message = "The trust policy holds a wildcard."
  }
}

run "without_ids_the_older_subject_is_the_only_one" {
  variables {
    repository = { owner = "acme", name = "plumbline" }
  }
  assert {
    condition     = length(jsondecode(aws_iam_role.workflow["staging"].assume_role_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:sub"]) == 1
    error_message = "A subject without ids was made up."
  }
}

run "an_environment_of_github_has_a_role_and_policies_of_its_own" {
  variables {
    policy_arns = {
      data = { ci = "arn:aws:iam::123456789012:policy/plumbline-staging-remote-ci" }
      read = {
        cluster = "arn:aws:iam::123456789012:policy/plumbline-staging-cluster-describe"
        remote  = "arn:aws:iam::123456789012:policy/plumbline-staging-remote-production"
      }
    }
  }
  assert {
    condition     = { for it in aws_iam_role.workflow : it.name => jsondecode(it.assume_role_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:sub"][0] } == { plumbline-staging-workflow-data = "repo:acme/plumbline:environment:data", plumbline-staging-workflow-read = "repo:acme/plumbline:environment:read" }
    error_message = "A job that reads would take the role that writes, or none."
  }
  assert {
    condition     = [for it in aws_iam_role_policy_attachment.workflow : "${it.role} ${split("/", it.policy_arn)[1]}"] == ["plumbline-staging-workflow-data plumbline-staging-remote-ci", "plumbline-staging-workflow-read plumbline-staging-cluster-describe", "plumbline-staging-workflow-read plumbline-staging-remote-production"]
    error_message = "A role has the policy of another."
  }
}

run "a_job_of_another_branch_or_workflow_is_refused" {
  variables {
    callers = { staging = { workflows = ["deploy.yml"], branches = ["main"] } }
  }
  assert {
    condition     = jsondecode(aws_iam_role.workflow["staging"].assume_role_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:ref"] == ["refs/heads/main"]
    error_message = "A branch that nobody reviewed takes the role."
  }
  assert {
    condition     = jsondecode(aws_iam_role.workflow["staging"].assume_role_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:job_workflow_ref"] == ["acme/plumbline/.github/workflows/deploy.yml@refs/heads/main"]
    error_message = "A workflow that somebody adds takes the role."
  }
}

run "refuses_callers_of_no_role" {
  command = plan
  variables {
    callers = { official = { workflows = ["model-pipeline.yml"], branches = ["main"] } }
  }
  expect_failures = [var.callers]
}

run "refuses_callers_with_a_wildcard" {
  command = plan
  variables {
    callers = { staging = { workflows = ["*.yml"], branches = ["main"] } }
  }
  expect_failures = [var.callers]
}

run "refuses_an_environment_with_a_wildcard" {
  command = plan
  variables {
    policy_arns = { "*" = { ci = "arn:aws:iam::123456789012:policy/plumbline-staging-remote-ci" } }
  }
  expect_failures = [var.policy_arns]
}

run "refuses_a_wildcard_repository" {
  command = plan
  variables {
    repository = { owner = "acme", name = "*" }
  }
  expect_failures = [var.repository]
}

run "refuses_one_id_without_the_other" {
  command = plan
  variables {
    repository = { owner = "acme", name = "plumbline", id = "4711" }
  }
  expect_failures = [var.repository]
}

run "refuses_policies_of_aws" {
  command = plan
  variables {
    policy_arns = { staging = { all = "arn:aws:iam::aws:policy/AdministratorAccess" } }
  }
  expect_failures = [var.policy_arns]
}

run "refuses_an_unknown_environment" {
  command = plan
  variables {
    environment = "prod"
  }
  expect_failures = [var.environment]
}

run "refuses_an_account_that_is_not_12_digits" {
  command = plan
  variables {
    account_id = "1234"
  }
  expect_failures = [var.account_id]
}
