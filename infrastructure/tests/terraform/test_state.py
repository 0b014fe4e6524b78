"""States lie in their bucket: bootstrap moves its own there; plan and apply attach that of their environment."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import boto3
import pytest

from infrastructure.tests.terraform.conftest import ACCOUNT, BUCKET, states
from plumbline.testing.repository import ROOT, copy_repository, environment, run

pytestmark = pytest.mark.slow


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


def test_bootstrap_adopts_what_the_account_has_already(s3: str, tmp_path: Path) -> None:
    # given an account in which others made GitHub's identity provider and used spot instances
    copy = copy_repository(tmp_path / "copy")
    iam = boto3.client("iam")
    iam.create_open_id_connect_provider(Url="https://token.actions.githubusercontent.com", ClientIDList=["others"])
    iam.create_service_linked_role(AWSServiceName="spot.amazonaws.com")
    # when
    command = (sys.executable, "-m", "plumbline.cli", "cloud", "bootstrap")
    first, second = (run(copy, *command).stdout for _ in range(2))
    # then these are adopted as they are, the others made, and again nothing changes
    assert re.search(r"2 imported, \d+ added, 0 changed, 0 destroyed", first)
    assert "0 added, 0 changed, 0 destroyed" in second


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
    done = _run(copy, "apply", check=False)
    assert "no saved plan: run `plumb cloud plan staging`" in done
    # when it is planned and applied
    _run(copy, "plan")
    _run(copy, "apply")
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


def _run(copy: Path, command: str, *, check: bool = True) -> str:
    done = run(copy, sys.executable, "-m", "plumbline.cli", "cloud", command, "staging", check=check)
    return done.stdout + done.stderr


@pytest.mark.parametrize("command", ["plan", "apply", "destroy"])
def test_no_command_reads_a_state_before_it_attaches_that_of_its_environment(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a terraform that notes what it is asked for
    program = tmp_path / "terraform"
    program.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/calls\nexit 1\n')
    program.chmod(0o755)
    # when, with no way to AWS
    nowhere = {
        "TF_VAR_account_id": ACCOUNT,
        "TF_VAR_state_region": "eu-west-1",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    }
    variables = environment(ROOT) | nowhere | {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    command_line = [sys.executable, "-m", "plumbline.cli", "cloud", command, "staging"]
    done = subprocess.run(command_line, cwd=ROOT, env=variables, capture_output=True, text=True, check=False)
    # then nothing comes before the state, nor after it if it cannot be reached
    assert (tmp_path / "calls").read_text().splitlines() == [
        "-chdir=infrastructure/terraform/stacks/platform init -reconfigure -input=false"
        f" -backend-config=bucket=plumbline-state-{ACCOUNT} -backend-config=key=staging/platform.tfstate"
        f' -backend-config=region=eu-west-1 -backend-config=allowed_account_ids=["{ACCOUNT}"]'
    ]
    assert done.stderr.splitlines()[-1] == (
        "error: `terraform init` failed: mend what it says above and run the same again"
    )


def test_only_the_check_of_a_module_detaches_its_state() -> None:
    users = [*ROOT.glob("plumbline/cloud/*.py"), *ROOT.glob("plumbline/local/*.py"), *ROOT.glob(".github/**/*.yml")]
    assert [str(path.relative_to(ROOT)) for path in users if "-backend=false" in path.read_text()] == []
