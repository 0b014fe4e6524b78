# Nodes for the hours they are needed: the group empties at `down`, and is back at `up`. Its bounds are the group's own (-1).
locals {
  scheduled = { for name, it in var.node_groups : name => it if it.hours != null }
}

resource "aws_autoscaling_schedule" "up" {
  for_each = local.scheduled

  scheduled_action_name  = "up"
  autoscaling_group_name = aws_eks_node_group.this[each.key].resources[0].autoscaling_groups[0].name
  recurrence             = each.value.hours.up
  time_zone              = var.time_zone
  min_size               = -1
  max_size               = -1
  desired_capacity       = max(each.value.min, 1)
}

resource "aws_autoscaling_schedule" "down" {
  for_each = local.scheduled

  scheduled_action_name  = "down"
  autoscaling_group_name = aws_eks_node_group.this[each.key].resources[0].autoscaling_groups[0].name
  recurrence             = each.value.hours.down
  time_zone              = var.time_zone
  min_size               = -1
  max_size               = -1
  desired_capacity       = 0
}
