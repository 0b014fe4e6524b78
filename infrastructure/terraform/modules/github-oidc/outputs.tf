output "role_arns" {
  description = "Role of the workflows' jobs by environment of GitHub: their AWS_ROLE_ARN or AWS_READ_ROLE_ARN."
  value       = { for environment, role in aws_iam_role.workflow : environment => role.arn }
}
