output "buckets" {
  description = "Bucket names by kind: data, data-cache, models, pipeline."
  value       = { for kind, bucket in aws_s3_bucket.remote : kind => bucket.bucket }
}

output "policy_arns" {
  description = "Policy ARNs by reader: developer, ci, release, production."
  value       = { for reader, policy in aws_iam_policy.remote : reader => policy.arn }
}

output "key_arn" {
  description = "ARN of the key that encrypts the buckets."
  value       = aws_kms_key.remote.arn
}

output "access_log" {
  description = "Bucket that receives the access logs of the environment's buckets."
  value       = aws_s3_bucket.access_log.bucket
  depends_on  = [aws_s3_bucket_policy.access_log]
}
