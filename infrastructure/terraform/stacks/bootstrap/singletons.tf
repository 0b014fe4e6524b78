# What an account has once, whoever made it. One rule: what is there is adopted as it is, what is not is made, and Terraform
# neither changes nor deletes it from then on, for others may use it.
locals {
  issuer = "token.actions.githubusercontent.com"

  # By these services act. Each makes its own where whoever runs Terraform may; karpenter and an account's first spot node may not.
  service_roles = {
    "autoscaling.amazonaws.com"          = "AWSServiceRoleForAutoScaling"
    "eks-nodegroup.amazonaws.com"        = "AWSServiceRoleForAmazonEKSNodegroup"
    "eks.amazonaws.com"                  = "AWSServiceRoleForAmazonEKS"
    "elasticloadbalancing.amazonaws.com" = "AWSServiceRoleForElasticLoadBalancing"
    "rds.amazonaws.com"                  = "AWSServiceRoleForRDS"
    "spot.amazonaws.com"                 = "AWSServiceRoleForEC2Spot"
  }
}

# The roles of each environment trust it (module github-oidc).
resource "aws_iam_openid_connect_provider" "github" {
  provider       = aws.account
  url            = "https://${local.issuer}"
  client_id_list = ["sts.amazonaws.com"]

  lifecycle {
    prevent_destroy = true
    ignore_changes  = all
  }
}

import {
  for_each = setintersection(var.existing, [local.issuer])

  to = aws_iam_openid_connect_provider.github
  id = "arn:aws:iam::${var.account_id}:oidc-provider/${each.key}"
}

resource "aws_iam_service_linked_role" "this" {
  for_each = local.service_roles

  provider         = aws.account
  aws_service_name = each.key

  lifecycle {
    prevent_destroy = true
    ignore_changes  = all
  }
}

import {
  for_each = { for service, role in local.service_roles : service => role if contains(var.existing, service) }

  to = aws_iam_service_linked_role.this[each.key]
  id = "arn:aws:iam::${var.account_id}:role/aws-service-role/${each.key}/${each.value}"
}

# Claims make volumes that no Terraform sees: what asks for no encryption gets it all the same, in the whole region.
resource "aws_ebs_encryption_by_default" "this" {
  enabled = true
}

resource "aws_ebs_encryption_by_default" "elsewhere" {
  for_each = setsubtract(var.regions, [var.state_region])

  region  = each.key
  enabled = true
}

resource "aws_s3_account_public_access_block" "this" {
  for_each = toset(var.block_public_access ? ["this"] : [])

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}
