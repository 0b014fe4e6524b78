"""Each Terraform module and stack is formatted, valid and passes its own tests, without an account."""

from pathlib import Path

import pytest

from infrastructure.tests.terraform.conftest import FOLDERS, TERRAFORM, copied
from plumbline.testing.repository import plant, run

pytestmark = pytest.mark.slow

FAULTS = {
    "public bucket": (
        "modules/dvc-remote/main.tf",
        "restrict_public_buckets = true",
        "restrict_public_buckets = false",
        "open to the public",
    ),
    "every action": (
        "modules/dvc-remote/policies.tf",
        '["s3:GetObject", "s3:GetObjectVersion"]',
        '["*"]',
        "allows every action",
    ),
    "missing KMS grant for CI": (
        "modules/dvc-remote/policies.tf",
        ', "kms:GenerateDataKey"]',
        "]",
        "an action of S3 or KMS is missing",
    ),
    "missing KMS grant for a pod": (
        "modules/workload-identity/policies.tf",
        '["kms:GenerateDataKey"]',
        '["kms:Encrypt"]',
        "A missing KMS grant: an upload would be refused",
    ),
    "hop limit": (
        "modules/eks/launch_template.tf",
        "http_put_response_hop_limit = 1",
        "http_put_response_hop_limit = 2",
        "the hop limit is not 1",
    ),
    "secret in recovery": (
        "modules/mlflow/main.tf",
        "var.keep_on_destroy ? 30 : 0",
        "30",
        "The secret in recovery would block the next apply",
    ),
    "subject of every environment": (
        "modules/github-oidc/main.tf",
        ":environment:${each.key}",
        ":*",
        "those of another environment let in",
    ),
}


@pytest.mark.usefixtures("terraform")
@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_passes_its_check(folder: str, tmp_path: Path) -> None:
    done = run(copied(tmp_path).parent, "terraform/check", folder)
    assert "0 failed" in done.stdout


@pytest.mark.usefixtures("terraform")
@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found(fault: str, tmp_path: Path) -> None:
    file, old, new, complaint = FAULTS[fault]
    plant(copied(tmp_path), file, old, new)
    done = run(tmp_path, "terraform/check", str(Path(file).parent), check=False)
    assert done.returncode != 0
    assert complaint in " ".join((done.stdout + done.stderr).split())


def test_every_folder_has_tests_of_its_own() -> None:
    assert [folder for folder in FOLDERS if not list((TERRAFORM / folder / "tests").glob("*.tftest.hcl"))] == []
