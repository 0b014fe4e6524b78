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
    system    = { instance_types = ["t3.medium"], spot = false, min = 1, max = 2, hours = { up = "0 8 * * 1-5", down = "0 20 * * 1-5" } }
    services  = { instance_types = ["t3.large"], spot = false, min = 2, max = 4 }
    pipelines = { instance_types = ["m6i.large", "m5.large"], spot = true, min = 0, max = 4, hours = { up = "30 1 * * *", down = "30 4 * * *" } }
  }
}

run "a_pod_cannot_ask_for_the_credentials_of_its_node" {
  assert {
    condition = alltrue([
      for it in aws_launch_template.node : it.metadata_options[0].http_tokens == "required" && it.metadata_options[0].http_put_response_hop_limit == 1
    ])
    error_message = "A pod reaches its node's credentials: the hop limit is not 1, or tokens are optional."
  }
  assert {
    condition     = alltrue([for name, it in aws_eks_node_group.this : it.launch_template[0].id == aws_launch_template.node[name].id])
    error_message = "A node group starts without its launch template."
  }
}

run "a_node_started_anew_reaches_the_volumes_of_the_one_before" {
  assert {
    condition     = alltrue([for it in aws_eks_node_group.this : it.subnet_ids == toset(["subnet-0a"])])
    error_message = "A node may start in a zone in which the volumes are not."
  }
  assert {
    condition     = aws_eks_cluster.this.vpc_config[0].subnet_ids == toset(["subnet-0a", "subnet-0b"])
    error_message = "EKS would refuse the cluster: its control plane needs two zones."
  }
}

run "with_a_second_zone_nodes_survive_the_loss_of_one" {
  variables {
    multi_zone = true
  }
  assert {
    condition     = alltrue([for it in aws_eks_node_group.this : it.subnet_ids == toset(["subnet-0a", "subnet-0b"])])
    error_message = "All nodes are in one zone."
  }
}

run "the_disks_of_nodes_are_encrypted_and_tagged" {
  assert {
    condition = alltrue([
      for it in aws_launch_template.node : it.block_device_mappings[0].ebs[0].encrypted == "true" && it.block_device_mappings[0].ebs[0].volume_type == "gp3"
    ])
    error_message = "A node's disk is not encrypted gp3."
  }
  assert {
    condition = alltrue([
      for it in aws_launch_template.node : anytrue([for spec in it.tag_specifications : spec.resource_type == "volume" && spec.tags.Environment == "staging"])
    ])
    error_message = "A destroy would not find orphaned volumes."
  }
}

run "a_group_with_hours_may_be_empty_and_the_schedule_changes_no_bound" {
  assert {
    condition     = aws_eks_node_group.this["system"].scaling_config[0].min_size == 0 && aws_eks_node_group.this["system"].scaling_config[0].desired_size == 1 && aws_eks_node_group.this["pipelines"].scaling_config[0].desired_size == 1
    error_message = "Outside the hours EKS would refuse an apply: the minimum is above the number of nodes."
  }
  assert {
    condition     = alltrue([for it in concat(values(aws_autoscaling_schedule.up), values(aws_autoscaling_schedule.down)) : it.min_size == -1 && it.max_size == -1])
    error_message = "A schedule changes what the node group owns: the next plan would change it back."
  }
  assert {
    condition     = aws_eks_node_group.this["services"].scaling_config[0].min_size == 2 && aws_eks_node_group.this["services"].scaling_config[0].desired_size == 2
    error_message = "A group without hours starts below its minimum."
  }
}

run "a_higher_minimum_brings_its_nodes_with_it" {
  variables {
    node_groups = {
      system    = { instance_types = ["t3.medium"], spot = false, min = 1, max = 2 }
      services  = { instance_types = ["t3.large"], spot = false, min = 3, max = 4 }
      pipelines = { instance_types = ["m6i.large", "m5.large"], spot = true, min = 0, max = 4 }
    }
  }
  assert {
    condition     = aws_eks_node_group.this["services"].scaling_config[0].min_size == 3 && aws_eks_node_group.this["services"].scaling_config[0].desired_size == 3
    error_message = "EKS would refuse a minimum above the number of nodes that stays."
  }
}

run "a_group_that_is_replaced_stands_beside_the_new_one" {
  assert {
    condition     = alltrue([for name, it in aws_eks_node_group.this : it.node_group_name_prefix == "${name}-"])
    error_message = "The old nodes would go before the new ones come: both would have the same name."
  }
  assert {
    condition     = alltrue([for it in aws_eks_node_group.this : it.version == aws_eks_cluster.this.version])
    error_message = "An upgrade would leave the nodes behind."
  }
}

run "a_claim_that_names_no_class_gets_a_volume" {
  assert {
    condition     = jsondecode(aws_eks_addon.ebs.configuration_values).defaultStorageClass.enabled
    error_message = "Claims of the pipelines would wait forever: the cluster has no default storage class."
  }
}

run "volumes_of_claims_are_found_by_their_tags" {
  assert {
    condition     = jsondecode(aws_eks_addon.ebs.configuration_values).controller.extraVolumeTags == { Project = "plumbline", Environment = "staging" }
    error_message = "A destroy would not find the volumes that outlived their cluster."
  }
}

run "a_group_with_hours_is_empty_outside_them" {
  assert {
    condition     = toset(keys(aws_autoscaling_schedule.down)) == toset(["system", "pipelines"]) && alltrue([for it in aws_autoscaling_schedule.down : it.desired_capacity == 0])
    error_message = "Nodes run, and cost, outside their hours."
  }
  assert {
    condition     = aws_autoscaling_schedule.up["system"].desired_capacity == 1 && aws_autoscaling_schedule.up["pipelines"].desired_capacity == 1 && aws_autoscaling_schedule.up["system"].time_zone == "Asia/Kolkata"
    error_message = "No node is back at the start of its hours."
  }
}

run "without_karpenter_nothing_of_it_is_made" {
  assert {
    condition     = length(aws_iam_role.karpenter) == 0 && length(aws_sqs_queue.karpenter) == 0 && output.karpenter_queue == null
    error_message = "Karpenter has a role or a queue that nobody asked for."
  }
}

run "karpenter_starts_and_stops_only_nodes_of_this_cluster" {
  variables {
    karpenter = true
  }
  assert {
    condition = alltrue([
      for s in jsondecode(aws_iam_role_policy.karpenter["this"].policy).Statement :
      length(setsubtract(keys(s.Condition.StringEquals), ["aws:RequestTag/kubernetes.io/cluster/plumbline-staging", "aws:ResourceTag/kubernetes.io/cluster/plumbline-staging"])) == 0
      if contains(s.Action, "ec2:TerminateInstances") || contains(s.Action, "ec2:CreateTags")
    ])
    error_message = "Karpenter may stop or tag instances of others."
  }
  assert {
    condition     = alltrue([for s in jsondecode(aws_iam_role_policy.karpenter["this"].policy).Statement : s.Sid == "Read" || s.Resource != "*"])
    error_message = "Karpenter may change every resource."
  }
  assert {
    condition     = aws_eks_pod_identity_association.karpenter["this"].service_account == "karpenter" && output.karpenter_queue == "plumbline-staging"
    error_message = "Karpenter has no identity or no queue."
  }
  assert {
    condition     = length(aws_cloudwatch_event_target.karpenter) == 4
    error_message = "Karpenter does not hear of a node about to go."
  }
}

run "the_key_goes_when_told" {
  variables {
    key_deletion_days = 7
  }
  assert {
    condition     = aws_kms_key.cluster.deletion_window_in_days == 7
    error_message = "The key stays longer than told."
  }
}

run "refuses_a_deletion_window_that_kms_does_not_have" {
  command = plan
  variables {
    key_deletion_days = 3
  }
  expect_failures = [var.key_deletion_days]
}

run "refuses_hours_that_are_no_cron_expression" {
  command = plan
  variables {
    node_groups = {
      system    = { instance_types = ["t3.medium"], spot = false, min = 1, max = 2, hours = { up = "08:00", down = "20:00" } }
      services  = { instance_types = ["t3.large"], spot = false, min = 2, max = 4 }
      pipelines = { instance_types = ["m5.large"], spot = true, min = 0, max = 4 }
    }
  }
  expect_failures = [var.node_groups]
}

run "refuses_a_time_zone_by_offset" {
  command = plan
  variables {
    time_zone = "+05:30"
  }
  expect_failures = [var.time_zone]
}

run "refuses_a_disk_too_small_for_images" {
  command = plan
  variables {
    disk_gib = 8
  }
  expect_failures = [var.disk_gib]
}

run "refuses_an_account_that_is_not_12_digits" {
  command = plan
  variables {
    account_id = "1234"
  }
  expect_failures = [var.account_id]
}

run "refuses_a_region_that_is_none" {
  command = plan
  variables {
    region = "Mumbai"
  }
  expect_failures = [var.region]
}

run "an_upgrade_takes_add_ons_and_images_along" {
  variables {
    kubernetes_version = "1.36"
  }
  assert {
    condition     = alltrue([for it in data.aws_eks_addon_version.this : it.kubernetes_version == "1.36"]) && strcontains(data.aws_ssm_parameter.image.name, "/1.36/")
    error_message = "Add-ons or nodes would stay with the version before."
  }
  assert {
    condition = alltrue([
      for name, it in merge(aws_eks_addon.before_nodes, aws_eks_addon.on_nodes, { aws-ebs-csi-driver = aws_eks_addon.ebs }) :
      it.addon_version == data.aws_eks_addon_version.this[name].version
    ])
    error_message = "An add-on keeps the version that it was made with."
  }
  assert {
    condition     = alltrue([for it in aws_eks_node_group.this : it.version == "1.36" && it.release_version == data.aws_ssm_parameter.image.insecure_value])
    error_message = "Nodes never get a patched image."
  }
}
