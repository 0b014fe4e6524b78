# The bucket that this stack makes. The first apply, before there is one, goes through ../../bootstrap.
terraform {
  backend "s3" {
    encrypt      = true
    use_lockfile = true
  }
}
