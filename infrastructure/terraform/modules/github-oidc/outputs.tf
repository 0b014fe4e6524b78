output "role_arn" {
  description = "ARN of the role: the workflows' AWS_ROLE_ARN in this environment."
  value       = aws_iam_role.ci.arn
}
