# After the controller's policy in Karpenter's reference (karpenter.sh, CloudFormation): it starts and stops instances that
# carry the cluster's tag, and gives them the role of the nodes.
locals {
  ec2   = "arn:aws:ec2:${var.region}"
  owned = { "aws:ResourceTag/kubernetes.io/cluster/${local.name}" = "owned" }
  tags  = { "aws:RequestTag/kubernetes.io/cluster/${local.name}" = "owned" }

  karpenter_statements = [
    {
      # Every resource: EC2, the price list and the parameters of AMIs know no finer grant for reading.
      Sid      = "Read"
      Effect   = "Allow"
      Action   = ["ec2:DescribeAvailabilityZones", "ec2:DescribeImages", "ec2:DescribeInstances", "ec2:DescribeInstanceTypeOfferings", "ec2:DescribeInstanceTypes", "ec2:DescribeLaunchTemplates", "ec2:DescribeSecurityGroups", "ec2:DescribeSpotPriceHistory", "ec2:DescribeSubnets", "pricing:GetProducts"]
      Resource = "*"
    },
    {
      Sid      = "ReadImages"
      Effect   = "Allow"
      Action   = ["ssm:GetParameter"]
      Resource = "arn:aws:ssm:${var.region}::parameter/aws/service/*"
    },
    {
      Sid      = "StartFrom"
      Effect   = "Allow"
      Action   = ["ec2:CreateFleet", "ec2:RunInstances"]
      Resource = ["${local.ec2}::image/*", "${local.ec2}::snapshot/*", "${local.ec2}:${var.account_id}:security-group/*", "${local.ec2}:${var.account_id}:subnet/*", "${local.ec2}:${var.account_id}:launch-template/*"]
    },
    {
      Sid       = "StartWithTheTagOfTheCluster"
      Effect    = "Allow"
      Action    = ["ec2:CreateFleet", "ec2:CreateLaunchTemplate", "ec2:CreateTags", "ec2:RunInstances"]
      Resource  = [for kind in ["fleet", "instance", "launch-template", "network-interface", "spot-instances-request", "volume"] : "${local.ec2}:${var.account_id}:${kind}/*"]
      Condition = { StringEquals = local.tags }
    },
    {
      Sid       = "StopItsOwn"
      Effect    = "Allow"
      Action    = ["ec2:CreateTags", "ec2:DeleteLaunchTemplate", "ec2:TerminateInstances"]
      Resource  = ["${local.ec2}:${var.account_id}:instance/*", "${local.ec2}:${var.account_id}:launch-template/*"]
      Condition = { StringEquals = local.owned }
    },
    {
      Sid       = "GiveNodesTheirRole"
      Effect    = "Allow"
      Action    = ["iam:PassRole"]
      Resource  = aws_iam_role.node.arn
      Condition = { StringEquals = { "iam:PassedToService" = "ec2.amazonaws.com" } }
    },
    {
      Sid      = "ReadInstanceProfiles"
      Effect   = "Allow"
      Action   = ["iam:GetInstanceProfile", "iam:ListInstanceProfiles"]
      Resource = "arn:aws:iam::${var.account_id}:instance-profile/*"
    },
    {
      Sid       = "MakeInstanceProfiles"
      Effect    = "Allow"
      Action    = ["iam:CreateInstanceProfile", "iam:TagInstanceProfile"]
      Resource  = "arn:aws:iam::${var.account_id}:instance-profile/*"
      Condition = { StringEquals = local.tags }
    },
    {
      Sid       = "ChangeItsInstanceProfiles"
      Effect    = "Allow"
      Action    = ["iam:AddRoleToInstanceProfile", "iam:DeleteInstanceProfile", "iam:RemoveRoleFromInstanceProfile"]
      Resource  = "arn:aws:iam::${var.account_id}:instance-profile/*"
      Condition = { StringEquals = local.owned }
    },
    {
      Sid      = "FindTheCluster"
      Effect   = "Allow"
      Action   = ["eks:DescribeCluster"]
      Resource = "arn:aws:eks:${var.region}:${var.account_id}:cluster/${local.name}"
    },
    {
      Sid      = "HearOfInterruptions"
      Effect   = "Allow"
      Action   = ["sqs:DeleteMessage", "sqs:GetQueueUrl", "sqs:ReceiveMessage"]
      Resource = "arn:aws:sqs:${var.region}:${var.account_id}:${local.name}"
    },
  ]
}

resource "aws_iam_role_policy" "karpenter" {
  for_each = local.karpenter

  name   = "karpenter"
  role   = aws_iam_role.karpenter[each.key].id
  policy = jsonencode({ Version = "2012-10-17", Statement = local.karpenter_statements })
}
