mock_provider "aws" {
  source = "../../mocks"
}

variables {
  environment = "production"
  repository  = { owner = "acme", name = "plumbline", owner_id = "42", id = "4711" }
  policy_arns = { remote = "arn:aws:iam::123456789012:policy/plumbline-production-remote-production" }
}

run "both_subjects_name_repository_and_environment" {
  assert {
    condition = jsondecode(aws_iam_role.ci.assume_role_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:sub"] == [
      "repo:acme/plumbline:environment:production",
      "repo:acme@42/plumbline@4711:environment:production",
    ]
    error_message = "Workflows of one of the subject formats are refused, or those of another environment let in."
  }
  assert {
    condition     = jsondecode(aws_iam_role.ci.assume_role_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:aud"] == "sts.amazonaws.com"
    error_message = "A token made for somebody else than AWS is taken."
  }
  assert {
    condition     = !strcontains(aws_iam_role.ci.assume_role_policy, "*")
    error_message = "The trust policy holds a wildcard."
  }
}

run "without_ids_the_older_subject_is_the_only_one" {
  variables {
    repository = { owner = "acme", name = "plumbline" }
  }
  assert {
    condition     = length(jsondecode(aws_iam_role.ci.assume_role_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:sub"]) == 1
    error_message = "A subject without ids was made up."
  }
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
    policy_arns = { admin = "arn:aws:iam::aws:policy/AdministratorAccess" }
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
