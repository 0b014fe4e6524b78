"""What the roles of each environment may do, read from the policies as planned."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from infrastructure.tests.terraform.conftest import ENVIRONMENTS, TERRAFORM, copied
from infrastructure.tests.terraform.iam import allows
from plumbline.testing.repository import ROOT, plant

Environments = dict[str, list[dict[str, Any]]]
DATA = ("data", "data-cache", "models")
WRITES = ("s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion")


def policies(resources: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Give every identity policy by its address."""
    kinds = ("aws_iam_policy", "aws_iam_role_policy")
    return {it["address"]: json.loads(it["values"]["policy"]) for it in resources if it["type"] in kinds}


def workload(environments: Environments, environment: str, name: str) -> dict[str, Any]:
    address = f'module.workload_identity.aws_iam_role_policy.workload["{name}"]'
    return policies(environments[environment])[address]


def bucket(environment: str, kind: str) -> str:
    return f"arn:aws:s3:::plumbline-{environment}-{kind}-123456789012"


def key(resources: list[dict[str, Any]], module: str) -> str:
    arn: str = next(
        it["values"]["arn"] for it in resources if it["address"].startswith(f"module.{module}.aws_kms_key.")
    )
    return arn


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_predict_reads_models_with_their_key_and_nothing_else(environments: Environments, environment: str) -> None:
    policy = workload(environments, environment, "predict")
    through_s3 = {"kms__ViaService": "s3.ap-south-1.amazonaws.com"}
    arn = key(environments[environment], "dvc_remote")
    assert allows(policy, "s3:GetObject", f"{bucket(environment, 'models')}/toys/model.onnx")
    assert allows(policy, "kms:Decrypt", arn, **through_s3)
    assert not allows(policy, "kms:Decrypt", arn)
    assert not allows(policy, "kms:GenerateDataKey", arn, **through_s3)
    assert not allows(policy, "s3:PutObject", f"{bucket(environment, 'models')}/toys/model.onnx")
    assert not allows(policy, "s3:GetObject", f"{bucket(environment, 'data')}/files/md5/00")


def test_pipelines_of_staging_push_data_with_its_key(environments: Environments) -> None:
    policy = workload(environments, "staging", "pipeline")
    for kind in (*DATA, "pipeline"):
        assert allows(policy, "s3:ListBucket", bucket("staging", kind))
        assert allows(policy, "s3:PutObject", f"{bucket('staging', kind)}/files/md5/00")
        assert not allows(policy, "s3:DeleteObject", f"{bucket('staging', kind)}/files/md5/00")
    arn = key(environments["staging"], "dvc_remote")
    assert allows(policy, "kms:GenerateDataKey", arn, kms__ViaService="s3.ap-south-1.amazonaws.com")
    assert not allows(policy, "kms:GenerateDataKey", arn, kms__ViaService="ec2.ap-south-1.amazonaws.com")


def test_mlflow_deletes_its_own_artifacts_only(environments: Environments) -> None:
    policy = workload(environments, "production", "mlflow")
    assert allows(policy, "s3:DeleteObject", f"{bucket('production', 'mlflow')}/1/model.onnx")
    assert not allows(policy, "s3:DeleteObject", f"{bucket('production', 'models')}/1/model.onnx")


def test_external_secrets_reads_the_secrets_of_its_environment_only(environments: Environments) -> None:
    policy = workload(environments, "staging", "external-secrets")
    secret = "arn:aws:secretsmanager:ap-south-1:123456789012:secret:plumbline-{}/mlflow/admin-a1b2c3"
    assert allows(policy, "secretsmanager:GetSecretValue", secret.format("staging"))
    assert not allows(policy, "secretsmanager:GetSecretValue", secret.format("production"))
    assert not allows(policy, "secretsmanager:PutSecretValue", secret.format("staging"))


def test_whatever_is_attached_in_production_neither_writes_nor_deletes_data(environments: Environments) -> None:
    resources = environments["production"]
    attached = {address: it for address, it in policies(resources).items() if '"ci"' not in address}
    attached = {address: it for address, it in attached.items() if '"developer"' not in address}
    assert len(attached) >= 7
    for address, policy in attached.items():
        for kind in DATA:
            # Only who deploys adds bundles.
            for action in WRITES[1:] if (kind, '"release"' in address) == ("models", True) else WRITES:
                assert not allows(policy, action, f"{bucket('production', kind)}/files/md5/00"), f"{address}: {action}"


def test_who_deploys_to_production_adds_bundles_and_only_reads_data(environments: Environments) -> None:
    resources = environments["production"]
    policy = policies(resources)['module.dvc_remote.aws_iam_policy.remote["release"]']
    bundle, datum = (
        f"{bucket('production', 'models')}/toys/model.onnx",
        f"{bucket('production', 'data')}/files/md5/00",
    )
    assert allows(policy, "s3:PutObject", bundle)
    assert not allows(policy, "s3:DeleteObject", bundle)
    assert allows(policy, "s3:GetObject", datum)
    assert not allows(policy, "s3:PutObject", datum)
    arn = key(resources, "dvc_remote")
    assert allows(policy, "kms:GenerateDataKey", arn, kms__ViaService="s3.ap-south-1.amazonaws.com")


def test_pods_of_production_add_no_bundles(environments: Environments) -> None:
    policy = workload(environments, "production", "pipeline")
    assert not allows(policy, "s3:PutObject", f"{bucket('production', 'models')}/toys/model.onnx")


# Environment of GitHub whose jobs take a role, and the policies of that role.
ROLES = {
    "read": {"remote": 'module.dvc_remote.aws_iam_policy.remote["production"]'},
    "data": {"remote": 'module.dvc_remote.aws_iam_policy.remote["ci"]'},
    "official": {"remote": 'module.dvc_remote.aws_iam_policy.remote["ci"]'},
    "staging": {
        "remote": 'module.dvc_remote.aws_iam_policy.remote["release"]',
        "cluster": "module.eks.aws_iam_policy.describe",
    },
    "production": {"remote": 'module.dvc_remote.aws_iam_policy.remote["release"]'},
    "production-read": {"cluster": "module.eks.aws_iam_policy.describe"},
}

OWN = {"drift"}  # the role of this one is the team's to make (docs/workflows.md)


def asking() -> Iterator[tuple[str, str]]:
    """Give workflow and environment of each job that takes a role."""
    for path in sorted((ROOT / ".github/workflows").glob("*.yml")):
        for job in yaml.safe_load(path.read_text())["jobs"].values():
            if any(step.get("uses") == "./.github/actions/aws" for step in job.get("steps", [])):
                environment = job.get("environment", "")
                yield path.name, environment["name"] if isinstance(environment, dict) else environment


# Branches by the workflow whose jobs take a role; what only reads is open to every branch.
CALLERS = {
    "data": {"data-pipeline.yml": ["main", "develop"]},
    "official": {"model-pipeline.yml": ["main"]},
    "production": {"promotion.yml": ["main"]},
    "production-read": {"promotion.yml": ["main"]},
    "staging": {"deploy.yml": ["main"]},
}


def test_the_roles_are_taken_by_the_workflows_that_have_their_environments() -> None:
    found: dict[str, set[str]] = {}
    for file, environment in asking():
        if environment in CALLERS:
            found.setdefault(environment, set()).add(file)
    assert found == {name: set(files) for name, files in CALLERS.items()}


def place(name: str) -> str:
    """Give the environment of Terraform that has the role of a job."""
    return "production" if name.startswith("production") else "staging"


@pytest.mark.parametrize("name", ROLES)
def test_jobs_take_the_role_of_their_environment_with_either_subject(environments: Environments, name: str) -> None:
    resources = {it["address"]: it["values"] for it in environments[place(name)]}
    role = resources[f'module.github_oidc.aws_iam_role.workflow["{name}"]']
    (statement,) = json.loads(role["assume_role_policy"])["Statement"]
    assert statement["Condition"]["StringEquals"]["token.actions.githubusercontent.com:sub"] == [
        f"repo:acme/plumbline:environment:{name}",
        f"repo:acme@42/plumbline@4711:environment:{name}",
    ]
    callers = CALLERS.get(name, {})
    assert {
        claim: statement["Condition"]["StringEquals"].get(f"token.actions.githubusercontent.com:{claim}")
        for claim in ("ref", "job_workflow_ref")
    } == {
        "ref": [f"refs/heads/{branch}" for branches in callers.values() for branch in branches] or None,
        "job_workflow_ref": [
            f"acme/plumbline/.github/workflows/{file}@refs/heads/{branch}"
            for file, branches in callers.items()
            for branch in branches
        ]
        or None,
    }
    attachment = f'module.github_oidc.aws_iam_role_policy_attachment.workflow["{name}/'
    attached = {address: it["policy_arn"] for address, it in resources.items() if address.startswith(attachment)}
    assert attached == {f'{attachment}{key}"]': resources[policy]["arn"] for key, policy in ROLES[name].items()}


def test_no_job_but_the_promotion_takes_a_role_of_production(environments: Environments) -> None:
    roles = [it["address"] for it in environments["production"] if it["address"].endswith('"]')]
    assert [address for address in roles if address.startswith("module.github_oidc.aws_iam_role.")] == [
        'module.github_oidc.aws_iam_role.workflow["production"]',
        'module.github_oidc.aws_iam_role.workflow["production-read"]',
    ]


@pytest.mark.parametrize("name", ["staging", "production-read"])
def test_who_verifies_finds_the_cluster_and_is_in_the_group_of_the_manifests(
    environments: Environments, name: str
) -> None:
    resources = {it["address"]: it["values"] for it in environments[place(name)]}
    cluster = resources["module.eks.aws_eks_cluster.this"]
    policy = json.loads(resources["module.eks.aws_iam_policy.describe"]["policy"])
    assert policy["Statement"] == [{"Effect": "Allow", "Action": "eks:DescribeCluster", "Resource": cluster["arn"]}]
    entry = resources[f'aws_eks_access_entry.verify["{name}"]']
    role = resources[f'module.github_oidc.aws_iam_role.workflow["{name}"]']
    assert (entry["principal_arn"], entry["cluster_name"]) == (role["arn"], cluster["name"])
    bound = [
        ROOT / "infrastructure/kubernetes/base/namespace/rolebinding.yaml",
        TERRAFORM / "modules/gitops-bridge/root/templates/rolebinding.yaml",
    ]
    for path in bound:
        assert all(f'kind: Group, name: "{group}"' in path.read_text() for group in entry["kubernetes_groups"])


def test_every_job_that_asks_for_a_role_has_one() -> None:
    assert {environment for _, environment in asking()} == {*ROLES, *OWN}


# An ARN is arn:partition:service:region:account:resource; one whose resource is only `*` is everything of a service.
EVERY_RESOURCE = r"arn:(?:[^:\"]*:){4}[*/]*\*[*/]*"


def unexplained(text: str) -> list[str]:
    """Give the lines that grant every action or resource in a block that has no comment saying why."""
    found = []
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if not re.search(rf'"(\*|\w+:\*|{EVERY_RESOURCE})"', line) or line.lstrip().startswith("#"):
            continue
        block = []
        for earlier in reversed(lines[:number]):
            block.append(earlier)
            if earlier.rstrip().endswith("{"):
                break
        if not any(it.lstrip().startswith("# ") for it in block):
            found.append(line.strip())
    return found


@pytest.mark.parametrize("file", sorted(str(it.relative_to(TERRAFORM)) for it in TERRAFORM.glob("*/*/*.tf")))
def test_every_grant_of_everything_has_its_reason_beside_it(file: str) -> None:
    assert unexplained((TERRAFORM / file).read_text()) == []


def test_a_grant_of_everything_without_a_reason_is_found(tmp_path: Any) -> None:
    root = copied(tmp_path)
    plant(root, "modules/eks/karpenter_policy.tf", "# Every resource: EC2", "Comment = EC2")
    assert unexplained((root / "modules/eks/karpenter_policy.tf").read_text()) == ['Resource = "*"']


@pytest.mark.parametrize("arn", ["arn:aws:s3:::*", "arn:aws:s3:::*/*", "arn:aws:sqs:${var.region}:${var.account_id}:*"])
def test_every_resource_of_a_service_without_a_reason_is_found(arn: str, tmp_path: Any) -> None:
    # given
    root = copied(tmp_path)
    plant(root, "modules/dvc-remote/policies.tf", "Resource  = local.folders", f'Resource  = "{arn}"')
    text = (root / "modules/dvc-remote/policies.tf").read_text()
    # then
    assert unexplained(text) == [f'Resource  = "{arn}"']
    # and a reason beside it is enough
    assert unexplained(text.replace("Resource  = ", "# Why.\nResource  = ", 1)) == []


def everything(policy: dict[str, Any]) -> list[str]:
    """Give the words of a policy by which it allows every action, every action of a service, or every resource."""
    found = []
    for statement in policy["Statement"]:
        actions, resources = _list(statement["Action"]), _list(statement["Resource"])
        if statement["Effect"] != "Deny":
            found += [it for it in (*actions, *resources) if it == "*" or re.fullmatch(EVERY_RESOURCE, it)]
        found += [it for it in (*actions, *resources) if re.fullmatch(r"\w+:\*", it)]
    return found


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_no_planned_policy_allows_everything(environments: Environments, environment: str) -> None:
    found = {address: everything(policy) for address, policy in policies(environments[environment]).items()}
    assert {address: words for address, words in found.items() if words} == {}


@pytest.mark.parametrize(
    ("action", "resource", "found"),
    [
        ("s3:GetObject", "arn:aws:s3:::*", ["arn:aws:s3:::*"]),
        ("s3:GetObject", ["arn:aws:s3:::b/*", "arn:aws:s3:::*/*"], ["arn:aws:s3:::*/*"]),
        ("sqs:SendMessage", "arn:aws:sqs:ap-south-1:123456789012:*", ["arn:aws:sqs:ap-south-1:123456789012:*"]),
        ("s3:*", "*", ["*", "s3:*"]),
        ("s3:GetObject", "arn:aws:s3:::b/*", []),
        ("logs:PutLogEvents", "arn:aws:logs:ap-south-1:123456789012:log-group:flow:*", []),
    ],
)
def test_a_policy_that_allows_everything_is_found(action: str, resource: str | list[str], found: list[str]) -> None:
    assert everything({"Statement": [{"Effect": "Allow", "Action": action, "Resource": resource}]}) == found


def _list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
