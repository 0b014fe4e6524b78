# Karpenter as an option: its identity and the queue that tells it of nodes about to go. Argo CD installs the chart.
locals {
  karpenter = toset(var.karpenter ? ["this"] : [])
  interruptions = {
    spot      = { source = "aws.ec2", type = "EC2 Spot Instance Interruption Warning" }
    rebalance = { source = "aws.ec2", type = "EC2 Instance Rebalance Recommendation" }
    state     = { source = "aws.ec2", type = "EC2 Instance State-change Notification" }
    health    = { source = "aws.health", type = "AWS Health Event" }
  }
}

resource "aws_iam_role" "karpenter" {
  for_each = local.karpenter

  name               = "${local.name}-karpenter"
  assume_role_policy = local.pod_identity_trust
}

resource "aws_eks_pod_identity_association" "karpenter" {
  for_each = local.karpenter

  cluster_name    = aws_eks_cluster.this.name
  namespace       = "kube-system"
  service_account = "karpenter"
  role_arn        = aws_iam_role.karpenter[each.key].arn

  depends_on = [aws_iam_role_policy.karpenter]
}

resource "aws_sqs_queue" "karpenter" {
  for_each = local.karpenter

  name                      = local.name
  message_retention_seconds = 300
  sqs_managed_sse_enabled   = true
}

resource "aws_sqs_queue_policy" "karpenter" {
  for_each = local.karpenter

  queue_url = aws_sqs_queue.karpenter[each.key].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "ReceiveEvents"
        Effect    = "Allow"
        Principal = { Service = ["events.amazonaws.com", "sqs.amazonaws.com"] }
        Action    = "sqs:SendMessage"
        Resource  = aws_sqs_queue.karpenter[each.key].arn
        Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
      },
      {
        # Every principal and action: nobody speaks to the queue without TLS.
        Sid       = "TlsOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sqs:*"
        Resource  = aws_sqs_queue.karpenter[each.key].arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}

resource "aws_cloudwatch_event_rule" "karpenter" {
  for_each = var.karpenter ? local.interruptions : {}

  name          = "${local.name}-karpenter-${each.key}"
  event_pattern = jsonencode({ source = [each.value.source], "detail-type" = [each.value.type] })
}

resource "aws_cloudwatch_event_target" "karpenter" {
  for_each = var.karpenter ? local.interruptions : {}

  rule = aws_cloudwatch_event_rule.karpenter[each.key].name
  arn  = aws_sqs_queue.karpenter["this"].arn

  # EventBridge drops what the queue does not take yet.
  depends_on = [aws_sqs_queue_policy.karpenter]
}
