mock_provider "aws" {
  source = "../../mocks"
}

variables {
  environment = "staging"
  account_id  = "123456789012"
  region      = "ap-south-1"
  subnet_ids  = ["subnet-0a", "subnet-0b"]
  admins      = ["arn:aws:iam::123456789012:role/platform"]
  node_groups = {
    system    = { instance_types = ["t3.medium"], spot = false, min = 1, max = 2 }
    services  = { instance_types = ["t3.large"], spot = false, min = 1, max = 4 }
    pipelines = { instance_types = ["m6i.large", "m5.large"], spot = true, min = 0, max = 4 }
  }
}

run "the_cluster_is_named_logged_encrypted_and_private" {
  assert {
    condition     = aws_eks_cluster.this.name == "plumbline-staging" && aws_eks_cluster.this.version == "1.35"
    error_message = "The cluster has another name or version."
  }
  assert {
    condition     = !aws_eks_cluster.this.vpc_config[0].endpoint_public_access && aws_eks_cluster.this.vpc_config[0].endpoint_private_access
    error_message = "The API server is open to the internet."
  }
  assert {
    condition     = length(aws_eks_cluster.this.enabled_cluster_log_types) == 5
    error_message = "The control plane does not log everything."
  }
  assert {
    condition     = aws_eks_cluster.this.encryption_config[0].provider[0].key_arn == aws_kms_key.cluster.arn
    error_message = "Kubernetes secrets are not encrypted with the cluster's key."
  }
}

run "an_old_version_never_costs_extended_support" {
  assert {
    condition     = aws_eks_cluster.this.upgrade_policy[0].support_type == "STANDARD"
    error_message = "A cluster left alone would cost six times as much an hour."
  }
}

run "administrators_are_those_listed" {
  assert {
    condition     = aws_eks_cluster.this.access_config[0].authentication_mode == "API" && !aws_eks_cluster.this.access_config[0].bootstrap_cluster_creator_admin_permissions
    error_message = "Somebody administers the cluster without being listed."
  }
  assert {
    condition     = keys(aws_eks_access_policy_association.admin) == ["arn:aws:iam::123456789012:role/platform"]
    error_message = "The access entries are not the administrators."
  }
}

run "pipelines_run_on_spot_nodes_that_others_avoid" {
  assert {
    condition     = aws_eks_node_group.this["pipelines"].capacity_type == "SPOT" && one(aws_eks_node_group.this["pipelines"].taint).effect == "NO_SCHEDULE"
    error_message = "Pipelines do not run on spot nodes of their own."
  }
  assert {
    condition     = aws_eks_node_group.this["system"].capacity_type == "ON_DEMAND" && length(aws_eks_node_group.this["system"].taint) == 0
    error_message = "Nothing would run the system's pods."
  }
}

run "controllers_get_their_roles_from_this_account_alone" {
  variables {
    karpenter = true
  }
  assert {
    condition = alltrue([
      for role in [aws_iam_role.ebs, aws_iam_role.karpenter["this"]] :
      jsondecode(role.assume_role_policy).Statement[0].Condition.StringEquals["aws:SourceAccount"] == "123456789012"
    ])
    error_message = "A cluster of another account could take the role."
  }
}

run "pods_get_identities_and_nodes_have_none_of_s3" {
  assert {
    condition     = contains(keys(aws_eks_addon.before_nodes), "eks-pod-identity-agent")
    error_message = "No pod would have an identity."
  }
  assert {
    condition     = !anytrue([for it in aws_iam_role_policy_attachment.node : strcontains(it.policy_arn, "S3")])
    error_message = "Every pod could use S3 through its node."
  }
}

run "pods_find_names_and_autoscalers_find_loads" {
  assert {
    condition     = toset(keys(aws_eks_addon.on_nodes)) == toset(["coredns", "metrics-server"])
    error_message = "No pod would find a name, or no HorizontalPodAutoscaler would scale."
  }
}

run "network_policies_are_enforced" {
  assert {
    condition     = jsondecode(aws_eks_addon.before_nodes["vpc-cni"].configuration_values) == { enableNetworkPolicy = "true" }
    error_message = "Every pod would reach every other, whatever its NetworkPolicy says."
  }
}

run "the_api_server_opens_to_named_addresses_only" {
  variables {
    api_cidrs = ["203.0.113.0/24"]
  }
  assert {
    condition     = aws_eks_cluster.this.vpc_config[0].endpoint_public_access && aws_eks_cluster.this.vpc_config[0].public_access_cidrs == toset(["203.0.113.0/24"])
    error_message = "The API server is open to other addresses."
  }
}

run "refuses_the_whole_internet" {
  command = plan
  variables {
    api_cidrs = ["0.0.0.0/0"]
  }
  expect_failures = [var.api_cidrs]
}

run "refuses_the_whole_internet_of_ipv6" {
  command = plan
  variables {
    api_cidrs = ["::/0"]
  }
  expect_failures = [var.api_cidrs]
}

run "refuses_the_whole_internet_in_halves" {
  command = plan
  variables {
    api_cidrs = ["0.0.0.0/1", "128.0.0.0/1"]
  }
  expect_failures = [var.api_cidrs]
}

run "refuses_a_cluster_without_administrator" {
  command = plan
  variables {
    admins = []
  }
  expect_failures = [var.admins]
}

run "refuses_a_patch_version" {
  command = plan
  variables {
    kubernetes_version = "1.35.1"
  }
  expect_failures = [var.kubernetes_version]
}

run "refuses_a_single_subnet" {
  command = plan
  variables {
    subnet_ids = ["subnet-0a"]
  }
  expect_failures = [var.subnet_ids]
}

run "refuses_an_unknown_environment" {
  command = plan
  variables {
    environment = "prod"
  }
  expect_failures = [var.environment]
}

run "refuses_a_missing_node_group" {
  command = plan
  variables {
    node_groups = { system = { instance_types = ["t3.medium"], spot = false, min = 1, max = 2 } }
  }
  expect_failures = [var.node_groups]
}
