"""Drift is found by the real Terraform on a state in a bucket; built-in resources stand for the platform."""

from pathlib import Path

import boto3
import pytest

from infrastructure.tests.terraform.conftest import ACCOUNT, BUCKET, states
from plumbline.cloud import allowed, drift, state
from plumbline.kernel.errors import PlumblineError

STACK = """
terraform {
  backend "s3" {
    use_lockfile = true
  }
}
variable "environment" {}
variable "size" {}
variable "admins" { type = list(string) }
resource "terraform_data" "house" {
  input = "secret-${var.environment}-${var.size}"
}
resource "terraform_data" "garden" {}
output "size" { value = var.size }
"""


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which any account may be meant."""
    (tmp_path / allowed.FILE).write_text("[cloud]\nallowed_account_ids = []\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def house(s3: str, clone: Path) -> Path:
    """Terraform's folder with both environments, of which staging was applied."""
    boto3.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "ap-south-1"})
    root = clone / state.TERRAFORM
    (root / "stacks/platform").mkdir(parents=True)
    (root / "stacks/platform/main.tf").write_text(STACK)
    (root / "envs").mkdir()
    for environment in ("staging", "production"):
        (root / f"envs/{environment}.tfvars").write_text(f'environment = "{environment}"\nsize = 1\n')
    state.attach("staging")
    state.terraform("apply", "-input=false", "-var-file=../../envs/staging.tfvars")
    return root


def test_an_environment_that_is_as_git_says_has_no_drift_and_one_never_applied_is_said(house: Path) -> None:
    assert drift.main() == 0
    text = drift.REPORT.read_text()
    assert "staging is as git says." in text
    assert "production was never applied." in text
    assert states() == ["staging/platform.tfstate"]


def test_what_differs_is_named_and_no_value_is_shown(
    house: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary"))
    before = boto3.client("s3").head_object(Bucket=BUCKET, Key="staging/platform.tfstate")["ETag"]
    (house / "envs/staging.tfvars").write_text('environment = "staging"\nsize = 2\n')
    main = house / "stacks/platform/main.tf"
    main.write_text(main.read_text().replace('resource "terraform_data" "garden" {}', ""))
    assert drift.main("staging") == 1
    text = drift.REPORT.read_text()
    assert "| staging | `terraform_data.house` | update |" in text
    assert "| staging | `terraform_data.garden` | delete |" in text
    assert "| staging | `output.size` | update |" in text
    assert "secret" not in text
    assert (tmp_path / "summary").read_text() == text
    # and nothing was changed, kept or locked
    assert boto3.client("s3").head_object(Bucket=BUCKET, Key="staging/platform.tfstate")["ETag"] == before
    assert states() == ["staging/platform.tfstate"]
    assert list(house.rglob("*.tfplan")) == []


def test_what_cannot_be_planned_is_no_drift(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TF_VAR_admins", "")  # as a workflow sets a variable that its repository has not
    with pytest.raises(PlumblineError, match="`terraform plan` of staging failed"):
        drift.main("staging")


def test_without_a_cloud_that_is_said_and_nothing_looked_at(
    clone: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TF_VAR_account_id", "")
    assert drift.main() == 0
    assert "no cloud is configured" in drift.REPORT.read_text()
    assert "no cloud is configured" in "".join(capfd.readouterr())


def test_credentials_of_another_account_are_refused_before_anything_is_read(
    s3: str, clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TF_VAR_account_id", "000000000000")
    with pytest.raises(PlumblineError, match=f"of account {ACCOUNT} and TF_VAR_account_id is 000000000000"):
        drift.main("staging")
