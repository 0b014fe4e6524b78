"""The doctor's comparison of the Kubernetes that runs with the one that git names."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from botocore.stub import Stubber

from plumbline.cloud import versions
from plumbline.cloud.account import Account

ROLE = "arn:aws:iam::123456789012:role/cluster"


def made(where: Account, version: str) -> None:
    """Make the cluster, as moto does: without nodes."""
    where.client("eks").create_cluster(
        name=where.name, version=version, roleArn=ROLE, resourcesVpcConfig={"subnetIds": ["subnet-0a", "subnet-0b"]}
    )


@pytest.mark.parametrize(
    ("running", "asked", "state", "words"),
    [
        ("1.35", "1.35", "ok", "1.35"),
        ("1.35", "1.36", "ok", "the next apply makes it 1.36"),
        ("1.36", "1.35", "wrong", 'set kubernetes_version = "1.36"'),
        ("1.34", "1.36", "wrong", 'set kubernetes_version = "1.35" first'),
    ],
)
def test_what_an_apply_would_do_is_said_before_it(
    staging: Account, monkeypatch: pytest.MonkeyPatch, running: str, asked: str, state: str, words: str
) -> None:
    made(staging, running)
    monkeypatch.setenv("TF_VAR_kubernetes_version", asked)
    found = versions.examine(staging)[0]
    assert found.state == state
    assert words in f"{found.found} {found.advice}"


def test_without_a_cluster_nothing_is_wrong(staging: Account) -> None:
    assert versions.examine(staging)[0].state == "warning"


def test_git_asks_for_the_environments_version_or_else_for_the_default(tmp_path: Path) -> None:
    (tmp_path / "envs").mkdir()
    (tmp_path / "stacks/platform").mkdir(parents=True)
    (tmp_path / "stacks/platform/variables.tf").write_text(
        'variable "region" {\n  default = "9.99"\n}\n\nvariable "kubernetes_version" {\n  default = "1.35"\n}\n'
    )
    (tmp_path / "envs/staging.tfvars").write_text('kubernetes_version = "1.36"\n')
    (tmp_path / "envs/production.tfvars").write_text("multi_zone = true\n")
    assert [versions.wanted(name, tmp_path) for name in ("staging", "production")] == ["1.36", "1.35"]
    assert versions.wanted("staging") == versions.wanted("production")  # the house's own files are read


@pytest.mark.parametrize(("days", "state"), [(30, "warning"), (300, "ok")])
def test_an_upgrade_that_aws_will_make_by_itself_is_announced(staging: Account, days: int, state: str) -> None:
    made(staging, "1.35")
    end = datetime.now(UTC) + timedelta(days=days)
    client = staging.client("eks")
    with Stubber(client) as stub:
        stub.add_response("describe_cluster", {"cluster": {"version": "1.35"}}, {"name": staging.name})
        stub.add_response("describe_cluster", {"cluster": {"version": "1.35"}}, {"name": staging.name})
        answer = {"clusterVersions": [{"clusterVersion": "1.35", "endOfStandardSupportDate": end}]}
        stub.add_response("describe_cluster_versions", answer, {"clusterVersions": ["1.35"]})
        found = versions.examine(staging)[1]
    assert found.state == state
    assert f"{end:%Y-%m-%d}" in found.found
