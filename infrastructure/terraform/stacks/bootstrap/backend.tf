# The bucket that this stack makes. The first apply, before there is one, goes through ../../bootstrap.
terraform {
  backend "s3" {
    # No `encrypt`: it would ask for S3's own key with each state, in place of the key that the bucket has.
    use_lockfile = true
  }
}
