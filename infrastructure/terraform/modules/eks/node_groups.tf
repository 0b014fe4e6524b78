locals {
  # A volume is of one zone: a group's only node, started anew in another, could not mount what it left.
  node_subnet_ids = var.multi_zone ? var.subnet_ids : slice(var.subnet_ids, 0, 1)
}

# The image that AWS recommends for nodes of this version, which is patched every few weeks.
data "aws_ssm_parameter" "image" {
  name = "/aws/service/eks/optimized-ami/${aws_eks_cluster.this.version}/amazon-linux-2023/x86_64/standard/recommended/release_version"

  depends_on = [aws_eks_cluster.this]
}

resource "aws_eks_node_group" "this" {
  for_each = var.node_groups

  # A prefix: what replaces a group, for other instance types or another zone, stands beside it until its nodes are ready.
  node_group_name_prefix = "${each.key}-"
  cluster_name           = aws_eks_cluster.this.name
  # After the control plane, one node at a time: EKS refuses to go on to the next minor version before its nodes are there.
  version         = aws_eks_cluster.this.version
  release_version = data.aws_ssm_parameter.image.insecure_value # the name of an image is no secret
  node_role_arn   = aws_iam_role.node.arn
  subnet_ids      = local.node_subnet_ids
  instance_types  = each.value.instance_types
  ami_type        = "AL2023_x86_64_STANDARD"
  capacity_type   = each.value.spot ? "SPOT" : "ON_DEMAND"
  labels          = { "plumbline/node-group" = each.key }

  launch_template {
    id      = aws_launch_template.node[each.key].id
    version = aws_launch_template.node[each.key].latest_version
  }

  # Outside its hours a group is empty, which a minimum above 0 would forbid. Nothing but the schedule changes the number of
  # nodes; an apply outside the hours brings them back until the next `down`.
  scaling_config {
    min_size     = each.value.hours == null ? each.value.min : 0
    max_size     = each.value.max
    desired_size = each.value.hours == null ? each.value.min : max(each.value.min, 1)
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
    create_before_destroy = true
  }

  depends_on = [aws_eks_addon.before_nodes, aws_iam_role_policy_attachment.node]
}
