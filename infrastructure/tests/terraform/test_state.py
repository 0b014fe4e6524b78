"""States lie in their bucket: bootstrap moves its own there; plan and apply attach that of their environment."""

import os
import re
import shutil
import stat
import sys
from pathlib import Path

import boto3
import httpx
import pytest

from plumbline.testing import trials
from plumbline.testing.repository import ROOT, copy_repository, run

pytestmark = pytest.mark.slow

ACCOUNT = "123456789012"
BUCKET = f"plumbline-state-{ACCOUNT}"

# Moto has no name for each bucket, and the replay of the provider makes none: this stands between both and Terraform.
TERRAFORM = """#!/usr/bin/env bash
arguments=("$@")
if [[ "$*" == *-backend-config=* ]]; then arguments+=(-backend-config=use_path_style=true); fi
"{terraform}" "${{arguments[@]}}" || exit
if [[ "$1" == *bootstrap && "$2" == apply ]]; then "{python}" -c 'import boto3
s3 = boto3.client("s3")
if not s3.list_buckets()["Buckets"]:
    s3.create_bucket(Bucket="{bucket}", CreateBucketConfiguration={{"LocationConstraint": "ap-south-1"}})'
fi
"""


@pytest.fixture
def s3(moto: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, terraform: None) -> str:
    """An S3 of moto's on loopback, and a Terraform that uses it; gives its address."""
    found = trials.command("terraform")
    wrapper = tmp_path / "bin/terraform"
    wrapper.parent.mkdir()
    wrapper.write_text(TERRAFORM.format(terraform=found, python=sys.executable, bucket=BUCKET))
    wrapper.chmod(wrapper.stat().st_mode | stat.S_IXUSR)
    httpx.post(f"{moto}/moto-api/reset").raise_for_status()
    settings = {"AWS_ENDPOINT_URL": moto, "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}
    settings |= {"AWS_REGION": "ap-south-1", "AWS_DEFAULT_REGION": "ap-south-1", "AWS_EC2_METADATA_DISABLED": "true"}
    settings |= {"TF_VAR_region": "ap-south-1"}
    settings |= {"TF_VAR_account_id": ACCOUNT, "TF_VAR_admins": f'["arn:aws:iam::{ACCOUNT}:role/platform"]'}
    settings |= {"TF_VAR_repository": '{owner = "acme", name = "plumbline"}', "TF_CLI_ARGS_apply": "-auto-approve"}
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PATH", f"{wrapper.parent}:{os.environ['PATH']}")
    return moto


def states() -> list[str]:
    listed = boto3.client("s3").list_objects_v2(Bucket=BUCKET).get("Contents", [])
    return sorted(it["Key"] for it in listed)


def test_bootstrap_moves_its_own_state_into_the_bucket_it_made(s3: str, tmp_path: Path) -> None:
    # given an account without a state bucket
    copy = copy_repository(tmp_path / "copy")
    stack = copy / "infrastructure/terraform/stacks/bootstrap"
    # when bootstrap runs
    run(copy, "infrastructure/terraform/bootstrap")
    # then its state is in the bucket and nowhere else
    assert states() == ["bootstrap.tfstate"]
    assert [path.name for path in stack.iterdir() if "tfstate" in path.name or "override" in path.name] == []
    # and a second run, on another machine, changes nothing
    shutil.rmtree(stack / ".terraform")
    done = run(copy, "infrastructure/terraform/bootstrap")
    assert "0 added, 0 changed, 0 destroyed" in done.stdout
    assert states() == ["bootstrap.tfstate"]


def test_an_interrupted_bootstrap_goes_on_with_the_state_it_has(s3: str, tmp_path: Path) -> None:
    # given a bootstrap that made the bucket and stopped before it moved the state
    copy = copy_repository(tmp_path / "copy")
    stack = copy / "infrastructure/terraform/stacks/bootstrap"
    run(copy, "infrastructure/terraform/bootstrap")
    boto3.client("s3").download_file(BUCKET, "bootstrap.tfstate", str(stack / "terraform.tfstate"))
    boto3.client("s3").delete_object(Bucket=BUCKET, Key="bootstrap.tfstate")
    # when it runs again
    done = run(copy, "infrastructure/terraform/bootstrap")
    # then it makes nothing anew and moves what it had
    assert "0 added, 0 changed, 0 destroyed" in done.stdout
    assert states() == ["bootstrap.tfstate"]
    assert not (stack / "terraform.tfstate").exists()


def test_bootstrap_without_an_account_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TF_VAR_account_id", raising=False)
    done = run(ROOT, "infrastructure/terraform/bootstrap", check=False)
    assert done.returncode == 1
    assert done.stderr == "error: TF_VAR_account_id is not set: give the number of the AWS account\n"


def test_apply_makes_the_saved_plan_in_the_state_of_its_environment(s3: str, tmp_path: Path) -> None:
    # given a check that detached the stack from every state
    copy = copy_repository(tmp_path / "copy")
    stack = copy / "infrastructure/terraform/stacks/platform"
    boto3.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "ap-south-1"})
    _encrypt_with_a_key()
    run(stack, "terraform", "init", "-backend=false", "-input=false")
    # when staging is applied without a plan, then nothing is made
    done = _make(copy, "apply", check=False)
    assert "no saved plan: run make plan ENV=staging" in done
    # when it is planned and applied
    _make(copy, "plan")
    _make(copy, "apply")
    # then the state of staging is in the bucket, and the plan is used up
    assert states() == ["staging/platform.tfstate"]
    assert list(stack.glob("*.tfplan")) == []
    # and encrypted as the bucket says, not with S3's own key
    assert boto3.client("s3").head_object(Bucket=BUCKET, Key=states()[0])["ServerSideEncryption"] == "aws:kms"


def _encrypt_with_a_key() -> None:
    default = {
        "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/plumbline-state"}
    }
    boto3.client("s3").put_bucket_encryption(Bucket=BUCKET, ServerSideEncryptionConfiguration={"Rules": [default]})


def _make(copy: Path, target: str, *, check: bool = True) -> str:
    # The environment of this run will do: the copy shall not install one.
    recipe = ("make", "--assume-old=setup", f"VENV={ROOT / '.venv'}", target, "ENV=staging")
    done = run(copy, *recipe, check=check)
    return done.stdout + done.stderr


def detached(text: str) -> list[str]:
    """Name the targets of a makefile, among those that read or write a state, that do not attach it."""
    rules = re.findall(r"^(plan|apply|destroy):[^\n]*\n((?:\t[^\n]*\n?)+)", text, flags=re.MULTILINE)
    return [
        name
        for name, recipe in rules
        if "-backend=false" in recipe
        # A plan from nothing has no state.
        or not recipe.startswith(("\t$(attach)", "\t@$(PLUMB) cloud plan "))
    ]


def test_no_target_that_reads_a_state_runs_without_attaching_it() -> None:
    makefiles = "\n".join(path.read_text() for path in sorted((ROOT / "make").glob("*.mk")))
    assert detached(makefiles) == []
    for target in ("plan", "apply", "destroy"):
        assert re.search(rf"^{target}:[^\n]*\n\t\$\(attach\)$", makefiles, flags=re.MULTILINE), target
    # Only `check` detaches, and what it detaches every target above attaches anew.
    assert "-reconfigure" in (ROOT / "make/terraform.mk").read_text()
    users = [*ROOT.glob("make/*.mk"), *ROOT.glob("plumbline/cloud/*.py"), *ROOT.glob(".github/**/*.yml")]
    assert [str(path.relative_to(ROOT)) for path in users if "-backend=false" in path.read_text()] == []


def test_a_target_that_detaches_its_state_is_named() -> None:
    assert detached("plan:\n\t$(attach)\n\tplan\n\ndestroy:\n\tterraform init -backend=false\n") == ["destroy"]
    assert detached("apply:\n\t@terraform apply\n") == ["apply"]
