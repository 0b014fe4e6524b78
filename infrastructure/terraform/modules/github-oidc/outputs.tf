output "role_arns" {
  description = "Role of the workflows' jobs by environment of GitHub: `read` is AWS_READ_ROLE_ARN, `data` AWS_DATA_ROLE_ARN, `staging` AWS_VERIFY_ROLE_ARN, `production` AWS_RELEASE_ROLE_ARN."
  value       = { for environment, role in aws_iam_role.workflow : environment => role.arn }
}
