output "role_arns" {
  description = "Role of the workflows' jobs by environment of GitHub: `read` is AWS_READ_ROLE_ARN, `data` AWS_DATA_ROLE_ARN, `official` AWS_OFFICIAL_ROLE_ARN, `staging` AWS_DEPLOY_ROLE_ARN, `production` AWS_PRODUCTION_ROLE_ARN, `production-read` AWS_PRODUCTION_READ_ROLE_ARN."
  value       = { for environment, role in aws_iam_role.workflow : environment => role.arn }
}
