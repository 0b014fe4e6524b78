# bucket, key (<env>/platform.tfstate) and region are given to `terraform init -backend-config`.
terraform {
  backend "s3" {
    encrypt      = true
    use_lockfile = true
  }
}
