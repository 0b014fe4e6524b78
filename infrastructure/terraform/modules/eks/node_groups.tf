locals {
  # A volume is of one zone: a group's only node, started anew in another, could not mount what it left.
  node_subnet_ids = var.multi_zone ? var.subnet_ids : slice(var.subnet_ids, 0, 1)
}

resource "aws_eks_node_group" "this" {
  for_each = var.node_groups

  cluster_name    = aws_eks_cluster.this.name
  node_group_name = each.key
  node_role_arn   = aws_iam_role.node.arn
  subnet_ids      = local.node_subnet_ids
  instance_types  = each.value.instance_types
  capacity_type   = each.value.spot ? "SPOT" : "ON_DEMAND"
  labels          = { "plumbline/node-group" = each.key }

  launch_template {
    id      = aws_launch_template.node[each.key].id
    version = aws_launch_template.node[each.key].latest_version
  }

  scaling_config {
    min_size     = each.value.min
    max_size     = each.value.max
    desired_size = each.value.min
  }

  update_config {
    max_unavailable = 1
  }

  # Spot nodes go at two minutes' notice: only what tolerates that runs there.
  dynamic "taint" {
    for_each = each.key == "pipelines" ? [1] : []

    content {
      key    = "plumbline/node-group"
      value  = "pipelines"
      effect = "NO_SCHEDULE"
    }
  }

  lifecycle {
    # The autoscaler's, and the schedule's, to change.
    ignore_changes = [scaling_config[0].desired_size]
  }

  depends_on = [aws_eks_addon.before_nodes, aws_iam_role_policy_attachment.node]
}
