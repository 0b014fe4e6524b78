# bucket, key (<env>/platform.tfstate) and region are given to `terraform init -backend-config`.
terraform {
  backend "s3" {
    # No `encrypt`: it would ask for S3's own key with each state, in place of the key that the bucket has.
    use_lockfile = true
  }
}
