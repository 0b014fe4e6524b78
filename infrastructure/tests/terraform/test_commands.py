"""The commands of the cloud, run with Terraform and an S3 of moto for the state: no account, and nothing is made."""

import json
import re
import subprocess
import sys
from pathlib import Path

import boto3
import pytest

from plumbline.testing import needs
from plumbline.testing.repository import ROOT, copy_repository, environment

ACCOUNT = "123456789012"
REGION = "ap-south-1"


@pytest.fixture(scope="module")
def aws(moto: str) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": moto,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "TF_VAR_account_id": ACCOUNT,
        "TF_VAR_region": REGION,
        "TF_VAR_state_region": REGION,
        "TF_VAR_zones": json.dumps([f"{REGION}a", f"{REGION}b"]),  # the replay of the provider sees one
        "TF_VAR_admins": json.dumps([f"arn:aws:iam::{ACCOUNT}:role/platform"]),
        "TF_VAR_repository": json.dumps({"owner": "acme", "name": "plumbline"}),
    }


@pytest.fixture(scope="module")
def clone(aws: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone with the state bucket that bootstrap would have made."""
    needs.require("terraform")
    s3 = boto3.client(
        "s3", REGION, endpoint_url=aws["AWS_ENDPOINT_URL"], aws_access_key_id="a", aws_secret_access_key="b"
    )
    s3.create_bucket(Bucket=f"plumbline-state-{ACCOUNT}", CreateBucketConfiguration={"LocationConstraint": REGION})
    return copy_repository(tmp_path_factory.mktemp("cloud") / "clone")


def plumb(clone: Path, aws: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "plumbline.cli", "cloud", *words]
    return subprocess.run(command, cwd=clone, env=environment(clone) | aws, capture_output=True, text=True, check=False)


def test_a_plan_shows_its_cost_and_is_saved(clone: Path, aws: dict[str, str]) -> None:
    done = plumb(clone, aws, "plan", "staging")
    assert done.returncode == 0, done.stderr
    assert re.search(r"Plan:.* to add", done.stdout)
    assert re.search(r"staging costs [\d.]+ \$ a month", done.stdout)
    assert (clone / "infrastructure/terraform/stacks/platform/staging.tfplan").exists()


def test_a_plan_over_the_budget_is_refused_and_not_saved(clone: Path, aws: dict[str, str]) -> None:
    # given
    file = clone / "infrastructure/terraform/envs/staging.tfvars"
    kept = file.read_text()
    file.write_text(re.sub(r"budget_monthly_usd *= *\d+", "budget_monthly_usd = 10", kept))
    saved = clone / "infrastructure/terraform/stacks/platform/staging.tfplan"
    # when
    refused = plumb(clone, aws, "plan", "staging")
    # then
    assert refused.returncode != 0
    assert "the budget is exceeded" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not saved.exists()
    # and an explicit word accepts it
    assert plumb(clone, aws, "plan", "staging", "--accept-budget").returncode == 0
    assert saved.exists()
    file.write_text(kept)


@pytest.mark.parametrize("environment", ["staging", "production"])
def test_a_plan_without_an_account_is_from_nothing_and_not_saved(
    environment: str, clone: Path, aws: dict[str, str]
) -> None:
    # given a shell that names no account and reaches none
    nobody = aws | {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "TF_VAR_account_id": ""}
    saved = clone / f"infrastructure/terraform/stacks/platform/{environment}.tfplan"
    saved.unlink(missing_ok=True)
    # when
    done = plumb(clone, nobody, "plan", environment)
    # then the plan is shown as Terraform shows it, with its cost and why there is nothing to apply
    assert done.returncode == 0, done.stderr
    assert "# module.eks.aws_eks_cluster.this will be created" in done.stdout
    assert re.search(r"Plan: \d+ to add, 0 to change, 0 to destroy", done.stdout)
    assert re.search(rf"{environment} costs [\d.]+ \$ a month", done.stdout)
    assert "No account is named (TF_VAR_account_id), so this is planned from nothing and not saved" in done.stdout
    assert not saved.exists()
    # and nothing is applied, with an account or without
    assert "error: TF_VAR_account_id is not set" in plumb(clone, nobody, "apply", environment).stderr
    assert (
        f"error: no saved plan: run `plumb cloud plan {environment}`" in plumb(clone, aws, "apply", environment).stderr
    )


def test_a_profile_of_another_account_is_refused_before_the_state_is_read(clone: Path, aws: dict[str, str]) -> None:
    done = plumb(clone, aws | {"TF_VAR_account_id": "999999999999"}, "plan", "staging")
    assert done.returncode != 0
    assert "AWS account ID not allowed: 123456789012" in " ".join(done.stderr.split())


def test_environments_share_no_address() -> None:
    texts = [path.read_text() for path in (ROOT / "infrastructure/terraform/envs").glob("*.tfvars")]
    named = [re.findall(r'^cidr += "(\S+)"$', text, flags=re.MULTILINE) for text in texts]
    assert len({network for (network,) in named}) == len(texts)


def test_the_budget_holds_without_an_account(clone: Path, aws: dict[str, str]) -> None:
    # given
    nobody = aws | {"TF_VAR_account_id": ""}
    file = clone / "infrastructure/terraform/envs/staging.tfvars"
    kept = file.read_text()
    file.write_text(re.sub(r"budget_monthly_usd *= *\d+", "budget_monthly_usd = 10", kept))
    # when
    refused = plumb(clone, nobody, "plan", "staging")
    accepted = plumb(clone, nobody, "plan", "staging", "--accept-budget")
    file.write_text(kept)
    # then
    assert refused.returncode != 0
    assert "the budget is exceeded" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert accepted.returncode == 0, accepted.stderr
    assert "accepted by --accept-budget" in accepted.stdout


def test_an_unknown_environment_is_refused_without_an_account(clone: Path, aws: dict[str, str]) -> None:
    done = plumb(clone, aws | {"TF_VAR_account_id": ""}, "plan", "elsewhere")
    assert done.returncode != 0
    assert "error: an environment is staging or production, not 'elsewhere'" in done.stderr


@pytest.mark.parametrize("environment", ["staging", "production"])
def test_every_resource_of_an_environment_has_a_price_and_the_budget_holds(
    environment: str, clone: Path, aws: dict[str, str]
) -> None:
    done = plumb(clone, aws, "cost", environment)
    assert done.returncode == 0, done.stderr
    assert "not priced" not in done.stdout
    # and docs/cloud.md says so
    pattern = rf"{environment} costs ([\d,.]+) \$ a month; its budget_monthly_usd is ([\d,]+)"
    ((total, budget),) = re.findall(pattern, done.stdout)
    row = f"| {environment} | {float(total.replace(',', '')):.0f} | {budget.replace(',', '')} |"
    assert row in (ROOT / "docs/cloud.md").read_text().splitlines()


def test_a_dry_run_of_destroy_prints_the_order_and_touches_nothing(clone: Path, aws: dict[str, str]) -> None:
    done = plumb(clone, aws, "destroy", "production", "--dry-run")
    assert done.returncode == 0, done.stderr
    assert done.stdout.index("applications") < done.stdout.index("the stack platform") < done.stdout.index("volumes")


def test_production_keeps_its_data(clone: Path, aws: dict[str, str]) -> None:
    done = plumb(clone, aws, "destroy", "production", "--confirmed", "production")
    assert done.returncode != 0
    assert "error: production is not destroyed" in done.stderr
    assert "Traceback" not in done.stderr
