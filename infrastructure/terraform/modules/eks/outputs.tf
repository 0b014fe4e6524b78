output "name" {
  description = "Name of the cluster."
  value       = aws_eks_cluster.this.name
}

output "endpoint" {
  description = "URL of the API server."
  value       = aws_eks_cluster.this.endpoint
}

output "certificate_authority" {
  description = "Certificate authority of the API server, in base64."
  value       = aws_eks_cluster.this.certificate_authority[0].data
}

output "security_group_id" {
  description = "Security group of the nodes and the control plane."
  value       = aws_eks_cluster.this.vpc_config[0].cluster_security_group_id
}

output "describe_policy_arn" {
  description = "Policy of those who look for the API server."
  value       = aws_iam_policy.describe.arn
}

output "karpenter_queue" {
  description = "Name of Karpenter's queue; null without Karpenter."
  value       = one([for queue in aws_sqs_queue.karpenter : queue.name])
}

output "node_role" {
  description = "Name of the role of the nodes."
  value       = aws_iam_role.node.name
}
