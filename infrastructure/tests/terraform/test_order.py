"""What AWS refuses or forgets without something else comes after it, in each stack as Terraform sorts it."""

import re
from collections import defaultdict
from pathlib import Path

import pytest

from infrastructure.tests.terraform.conftest import TERRAFORM, copied
from plumbline.testing.repository import plant, run

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("terraform")]

# By stack, as patterns of addresses: what uses, and what it cannot do without.
ORDER = {
    "bootstrap": [
        ("aws_s3_bucket_logging.state", "aws_s3_bucket_policy.log"),  # InvalidTargetBucketForLogging
        ("aws_s3_bucket_lifecycle_configuration.*", "aws_s3_bucket_versioning.all"),
        ("aws_s3_bucket_policy.*", "aws_s3_bucket_public_access_block.all"),
    ],
    "platform": [
        (r"module.*.aws_s3_bucket_logging.*", "module.dvc_remote.aws_s3_bucket_policy.access_log"),
        (
            r"module.dvc_remote.aws_s3_bucket_lifecycle_configuration.*",
            "module.dvc_remote.aws_s3_bucket_versioning.all",
        ),
        (r"module.mlflow.aws_s3_bucket_lifecycle_configuration.*", "module.mlflow.aws_s3_bucket_versioning.artifacts"),
        (r"module.dvc_remote.aws_s3_bucket_policy.*", "module.dvc_remote.aws_s3_bucket_public_access_block.all"),
        (r"module.mlflow.aws_s3_bucket_policy.*", "module.mlflow.aws_s3_bucket_public_access_block.artifacts"),
        # A role is used from its first second: one without its policy is refused, and not everything asks again.
        ("module.network.aws_flow_log.this", "module.network.aws_iam_role_policy.flow"),
        ("module.eks.aws_eks_cluster.this", "module.eks.aws_iam_role_policy_attachment.cluster"),
        ("module.eks.aws_eks_node_group.this", "module.eks.aws_iam_role_policy_attachment.node"),
        ("module.eks.aws_eks_addon.ebs", "module.eks.aws_iam_role_policy_attachment.ebs"),
        ("module.eks.aws_eks_pod_identity_association.karpenter", "module.eks.aws_iam_role_policy.karpenter"),
        (
            "module.workload_identity.aws_eks_pod_identity_association.workload",
            "module.workload_identity.aws_iam_role_policy.workload",
        ),
        # EventBridge drops what a queue does not take yet.
        ("module.eks.aws_cloudwatch_event_target.karpenter", "module.eks.aws_sqs_queue_policy.karpenter"),
        # A node joins through the routes of its subnet, and pulls through the endpoints; a destroy takes them last.
        ("module.eks.aws_eks_node_group.this", "module.network.aws_route.*"),
        ("module.eks.aws_eks_node_group.this", "module.network.aws_route_table_association.*"),
        ("module.eks.aws_eks_node_group.this", "module.network.aws_vpc_endpoint.*"),
        ("module.eks.aws_eks_node_group.this", "module.network.aws_vpc_security_group_ingress_rule.endpoints"),
        ("module.eks.aws_eks_node_group.this", "module.eks.aws_eks_addon.before_nodes"),
        ("module.network.aws_eip.nat", "module.network.aws_internet_gateway.this"),
        ("module.network.aws_nat_gateway.this", "module.network.aws_route.public"),
        # EKS and RDS make a log group that is absent, and nobody deletes that one.
        ("module.eks.aws_eks_cluster.this", "module.eks.aws_cloudwatch_log_group.control_plane"),
        ("module.mlflow.aws_db_instance.mlflow", "module.mlflow.aws_cloudwatch_log_group.database"),
        # Helm is refused by a cluster that does not know who comes.
        ("module.gitops_bridge.helm_release.argocd", "module.eks.aws_eks_access_policy_association.admin"),
    ],
}


def graph(root: Path, stack: str) -> dict[str, set[str]]:
    """Give all that each resource of a stack waits for, directly and through others."""
    folder = root / "stacks" / stack
    (folder / "backend_override.tf").write_text('terraform {\n  backend "local" {}\n}\n')
    run(folder, "terraform", "init", "-input=false")
    edges = defaultdict(set)
    for user, needed in re.findall(r'"([^"]+)" -> "([^"]+)"', run(folder, "terraform", "graph").stdout):
        edges[user].add(needed)
    return {user: _reached(edges, user) for user in list(edges)}


def _reached(edges: dict[str, set[str]], start: str) -> set[str]:
    found: set[str] = set()
    todo = [start]
    while todo:
        new = edges.get(todo.pop(), set()) - found
        found |= new
        todo += new
    return found


def races(waits: dict[str, set[str]], rules: list[tuple[str, str]]) -> list[str]:
    """Name each resource that does not wait for all that its rule says, and each rule that is about nothing."""
    known = set(waits).union(*waits.values())
    found = []
    for user, needed in rules:
        users, needs = (sorted(it for it in known if _matches(it, one)) for one in (user, needed))
        if not users or not needs:
            found.append(f"nothing is {user if not users else needed}")
        found += [f"{one} before {it}" for one in users for it in needs if it not in waits.get(one, set())]
    return found


def _matches(address: str, pattern: str) -> bool:
    return re.fullmatch(re.escape(pattern).replace(r"\*", r"[^.]+"), address) is not None


@pytest.mark.parametrize("stack", ORDER)
def test_nothing_is_made_before_what_it_needs(stack: str, tmp_path: Path) -> None:
    assert races(graph(copied(tmp_path), stack), ORDER[stack]) == []


def test_a_missing_dependency_is_found_by_name(tmp_path: Path) -> None:
    root = copied(tmp_path)
    plant(root, "modules/dvc-remote/outputs.tf", "  depends_on  = [aws_s3_bucket_policy.access_log]\n", "")
    assert races(graph(root, "platform"), ORDER["platform"]) == [
        "module.mlflow.aws_s3_bucket_logging.artifacts before module.dvc_remote.aws_s3_bucket_policy.access_log"
    ]


def test_every_stack_has_its_order() -> None:
    assert set(ORDER) == {path.parent.name for path in TERRAFORM.glob("stacks/*/versions.tf")}
