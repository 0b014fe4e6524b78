"""What broke others on their first deployment: each defect of the README has a test that exists."""

import re
from typing import Any

import pytest

from infrastructure.tests.terraform.conftest import ENVIRONMENTS, TERRAFORM
from plumbline.testing.repository import ROOT

SOURCES = "\n".join(path.read_text() for path in sorted(TERRAFORM.glob("*/*/*.tf")))
Environments = dict[str, list[dict[str, Any]]]


def guards() -> dict[str, list[str]]:
    """Give the tests that the README names, by defect."""
    section = (TERRAFORM / "README.md").read_text().split("## What broke others")[1]
    rows = [line.strip("|").split(" | ") for line in section.splitlines() if line.startswith("| ")][1:]
    return {defect.strip(): re.findall(r"`(\w+)`", guard) for defect, guard in rows}


@pytest.mark.parametrize("defect", guards())
def test_the_guard_of_a_defect_exists(defect: str) -> None:
    folders = ("infrastructure/tests", "plumbline/tests", "services", "tests")
    tests = "\n".join(path.read_text() for folder in folders for path in (ROOT / folder).rglob("test_*.py"))
    runs = "\n".join(path.read_text() for path in TERRAFORM.rglob("*.tftest.hcl"))
    named = guards()[defect]
    assert named
    assert [it for it in named if f"def {it}(" not in tests and f'run "{it}"' not in runs] == []


def test_no_custom_resource_is_applied_by_terraform() -> None:
    # kubernetes_manifest asks the API server for the definition while planning, before anything has installed it.
    assert re.findall(r'resource "(kubernetes_manifest|kubectl_manifest)"', SOURCES) == []


def test_no_backup_vault_blocks_a_destroy() -> None:
    assert re.findall(r'resource "(aws_backup_\w+)"', SOURCES) == []


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_log_group_is_terraforms_own(environments: Environments, environment: str) -> None:
    # EKS and RDS make the groups they log to when they are absent, and nobody deletes those.
    made = {it["values"]["name"] for it in environments[environment] if it["type"] == "aws_cloudwatch_log_group"}
    name = f"plumbline-{environment}"
    needed = {f"/aws/eks/{name}/cluster", f"/plumbline/{environment}/flow-logs"}
    for database in (it for it in environments[environment] if it["type"] == "aws_db_instance"):
        values = database["values"]
        exports = values["enabled_cloudwatch_logs_exports"]
        needed |= {f"/aws/rds/instance/{values['identifier']}/{log}" for log in exports}
    assert needed <= made


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_staging_loses_every_bucket_with_its_objects_and_production_none(
    environments: Environments, environment: str
) -> None:
    buckets = [it["values"] for it in environments[environment] if it["type"] == "aws_s3_bucket"]
    assert len(buckets) == 6
    assert {it["force_destroy"] for it in buckets} == {environment == "staging"}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_bucket_is_private_versioned_encrypted_logged_and_for_tls_only(
    environments: Environments, environment: str
) -> None:
    resources = environments[environment]
    names = {it["values"]["bucket"] for it in resources if it["type"] == "aws_s3_bucket"}

    def covered(kind: str) -> set[str]:
        return {it["values"]["bucket"] for it in resources if it["type"] == f"aws_s3_bucket_{kind}"}

    for kind in ("versioning", "public_access_block", "ownership_controls", "lifecycle_configuration", "policy"):
        assert len(covered(kind)) == len(names), kind
    assert len(covered("server_side_encryption_configuration")) == len(names)
    assert len(covered("logging")) == len(names) - 1  # the log itself
