"""What the tests of Terraform share: its folders, copies of them, and each environment as planned."""

import json
import os
import shutil
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from plumbline.testing import needs, trials
from plumbline.testing.aws import empty_account
from plumbline.testing.repository import ROOT, run

TERRAFORM = ROOT / "infrastructure/terraform"
FOLDERS = sorted(str(path.parent.relative_to(TERRAFORM)) for path in TERRAFORM.glob("*/*/versions.tf"))
ENVIRONMENTS = sorted(path.stem for path in TERRAFORM.glob("envs/*.tfvars"))

ACCOUNT = "123456789012"
BUCKET = f"plumbline-state-{ACCOUNT}"

# Moto has no name for each bucket, and the replay of the provider makes none: this stands between both and Terraform.
WRAPPER = """#!/usr/bin/env bash
arguments=("$@")
if [[ "$*" == *-backend-config=* ]]; then arguments+=(-backend-config=use_path_style=true); fi
"{terraform}" "${{arguments[@]}}" || exit
if [[ "$1" == *bootstrap && "$2" == apply ]]; then "{python}" -c 'import boto3
s3 = boto3.client("s3")
if not s3.list_buckets()["Buckets"]:
    s3.create_bucket(Bucket="{bucket}", CreateBucketConfiguration={{"LocationConstraint": "ap-south-1"}})'
fi
"""


@pytest.fixture(scope="session")
def terraform() -> None:
    needs.require("terraform")


def copied(target: Path) -> Path:
    """Copy the folder without what an earlier init left, so that neither run disturbs the other."""
    return shutil.copytree(TERRAFORM, target / "terraform", ignore=shutil.ignore_patterns(".terraform*"))


@pytest.fixture(scope="session")
def environments(tmp_path_factory: pytest.TempPathFactory, terraform: None) -> dict[str, list[dict[str, Any]]]:
    """Every resource of the platform by environment, with what AWS would compute mocked; planned once a session."""

    def plan() -> dict[str, list[dict[str, Any]]]:
        root = copied(tmp_path_factory.mktemp("platform"))
        run(root.parent, "terraform/check", "stacks/platform")
        return {name: list(_resources(_state(root / "stacks/platform", name))) for name in ENVIRONMENTS}

    return needs.once("environments", plan)


def _state(stack: Path, environment: str) -> dict[str, Any]:
    values = f"-var-file=../../envs/{environment}.tfvars"
    command = ("terraform", "test", "-json", "-verbose", "-test-directory=tests/environments", values)
    messages = [json.loads(line) for line in run(stack, *command).stdout.splitlines()]
    state: dict[str, Any] = next(it["test_state"]["root_module"] for it in messages if it["type"] == "test_state")
    return state


def _resources(module: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from module.get("resources", [])
    for child in module.get("child_modules", []):
        yield from _resources(child)


@pytest.fixture
def s3(moto: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, terraform: None) -> str:
    """An S3 of moto's on loopback, and a Terraform that uses it; gives its address."""
    found = trials.command("terraform")
    wrapper = tmp_path / "bin/terraform"
    wrapper.parent.mkdir()
    wrapper.write_text(WRAPPER.format(terraform=found, python=sys.executable, bucket=BUCKET))
    wrapper.chmod(wrapper.stat().st_mode | stat.S_IXUSR)
    empty_account(moto)
    settings = {"AWS_ENDPOINT_URL": moto, "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}
    settings |= {"AWS_REGION": "ap-south-1", "AWS_DEFAULT_REGION": "ap-south-1", "AWS_EC2_METADATA_DISABLED": "true"}
    settings |= {"TF_VAR_region": "ap-south-1", "TF_VAR_state_region": "ap-south-1"}
    settings |= {"TF_VAR_zones": '["ap-south-1a", "ap-south-1b"]'}
    settings |= {"TF_VAR_account_id": ACCOUNT, "TF_VAR_admins": f'["arn:aws:iam::{ACCOUNT}:role/platform"]'}
    settings |= {"TF_VAR_repository": '{owner = "acme", name = "plumbline"}', "TF_CLI_ARGS_apply": "-auto-approve"}
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PATH", f"{wrapper.parent}:{os.environ['PATH']}")
    return moto


def states() -> list[str]:
    listed = boto3.client("s3").list_objects_v2(Bucket=BUCKET).get("Contents", [])
    return sorted(it["Key"] for it in listed)
