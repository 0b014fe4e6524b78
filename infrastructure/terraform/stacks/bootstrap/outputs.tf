output "bucket" {
  description = "Name of the state bucket: the backend of every stack."
  value       = aws_s3_bucket.state.bucket
}

output "region" {
  description = "Region of the state bucket."
  value       = var.state_region
}

output "key_arn" {
  description = "ARN of the key that encrypts the states."
  value       = aws_kms_key.state.arn
}
