resource "aws_launch_template" "node" {
  for_each = var.node_groups

  name                   = "${local.name}-${each.key}"
  update_default_version = true

  # Session tokens only, and one hop: a pod cannot ask for the credentials of its node.
  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  block_device_mappings {
    device_name = "/dev/xvda"

    ebs {
      volume_type           = "gp3"
      volume_size           = var.disk_gib
      encrypted             = true
      delete_on_termination = true
    }
  }

  # The tags of the provider do not reach what a launch template starts; a destroy finds orphaned volumes by these.
  dynamic "tag_specifications" {
    for_each = toset(["instance", "volume"])

    content {
      resource_type = tag_specifications.key
      tags          = { Name = "${local.name}-${each.key}", Project = "plumbline", Environment = var.environment }
    }
  }
}
