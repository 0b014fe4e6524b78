"""A raw `terraform destroy` takes nothing of an environment that keeps its data, and all of it once that is told."""

import subprocess
from pathlib import Path

import pytest

from infrastructure.tests.terraform.conftest import copied
from plumbline.cloud import plan
from plumbline.testing.repository import run

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("terraform")]


def terraform(stack: Path, command: str, *last: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    variables = ("-input=false", "-auto-approve", "-no-color", "-var-file=../../envs/production.tfvars")
    return run(stack, "terraform", command, *variables, *last, check=check)  # the last value of a variable counts


def test_what_is_kept_refuses_to_go_until_that_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # given production as it was applied
    for name, value in plan.anybody().items():
        monkeypatch.setenv(name, value)
    stack = copied(tmp_path) / "stacks/platform"
    (stack / "offline_override.tf").write_text(plan.OVERRIDE)
    run(stack, "terraform", "init", "-input=false")
    terraform(stack, "apply")
    before = run(stack, "terraform", "state", "list").stdout
    # when
    refused = terraform(stack, "destroy", check=False)
    # then nothing has gone, not even a policy
    assert refused.returncode != 0
    assert "keep_on_destroy is true: nothing is destroyed" in refused.stdout + refused.stderr
    assert run(stack, "terraform", "state", "list").stdout == before
    # and once it is told, applied first, all goes
    terraform(stack, "apply", "-var=keep_on_destroy=false")
    terraform(stack, "destroy", "-var=keep_on_destroy=false")
    assert run(stack, "terraform", "state", "list").stdout == ""
