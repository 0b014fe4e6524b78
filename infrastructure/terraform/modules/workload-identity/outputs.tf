output "service_accounts" {
  description = "Namespace and service account of each workload."
  value       = { for name, it in local.workloads : name => { namespace = it.namespace, service_account = it.service_account } }
}

output "role_arns" {
  description = "Roles by workload; one that may do nothing has none."
  value       = { for name, role in aws_iam_role.workload : name => role.arn }
}
