# The region that the state was made in. Another one would make everything anew there and leave the data behind.
resource "terraform_data" "region" {
  input = var.region

  lifecycle {
    ignore_changes = [input]
  }
}

# Made last and so destroyed first: while data is kept, nothing else of a destroy begins. A raw one would otherwise take policies,
# keys and versioning off the buckets before it stopped at a full one.
resource "terraform_data" "kept" {
  input = var.keep_on_destroy

  provisioner "local-exec" {
    when    = destroy
    command = self.input ? "echo 'keep_on_destroy is true: nothing is destroyed. Set it to false and apply that first.' >&2; exit 1" : "exit 0"
  }

  depends_on = [
    aws_eks_access_entry.verify,
    module.dvc_remote,
    module.eks,
    module.github_oidc,
    module.gitops_bridge,
    module.mlflow,
    module.network,
    module.workload_identity,
    terraform_data.region,
  ]
}
