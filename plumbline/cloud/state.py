"""Terraform on the state of one environment: planned within its budget, and applied as it was planned."""

import json
import os
import subprocess
from pathlib import Path

from plumbline.cloud import account, allowed, cost, plan_offline, singletons
from plumbline.kernel.errors import PlumblineError

TERRAFORM = Path("infrastructure/terraform")
STACK = TERRAFORM / "stacks/platform"


def run(*words: str) -> int:
    """Run Terraform on the stack `platform`, and give its exit code; what it says is seen at once.

    Raises:
        PlumblineError: It is not installed.
    """
    try:
        return subprocess.run(["terraform", f"-chdir={STACK}", *words], check=False).returncode
    except FileNotFoundError:
        raise PlumblineError("terraform is not installed: https://developer.hashicorp.com/terraform/install") from None


def terraform(*words: str) -> None:
    """Run Terraform as `run` does.

    Raises:
        PlumblineError: It is not installed, or fails.
    """
    if run(*words):
        raise PlumblineError(f"`terraform {words[0]}` failed: mend what it says above and run the same again")


def attach(environment: str) -> None:
    """Attach the state of an environment; every command does, for the last one may have been for another.

    Raises:
        PlumblineError: There is no such environment, no account is named or another than plumbline.toml allows, or its
            state cannot be reached.
    """
    account.check(environment)
    number = account_id()
    backend = {
        "bucket": f"plumbline-state-{number}",
        "key": key(environment),
        "region": account.state_region(),
        # Terraform asks who it is before it reads: a wrong profile is refused here.
        "allowed_account_ids": json.dumps([number]),
    }
    terraform(
        "init", "-reconfigure", "-input=false", *(f"-backend-config={name}={value}" for name, value in backend.items())
    )


def key(environment: str) -> str:
    """Give where the state of an environment lies in the bucket of the states."""
    return f"{environment}/platform.tfstate"


def account_id() -> str:
    """Give the account that environments are made in.

    Raises:
        PlumblineError: None is named, or one that plumbline.toml does not allow.
    """
    number = account.variable("account_id")
    if not number:
        raise PlumblineError("TF_VAR_account_id is not set: give the number of the AWS account")
    allowed.check(number)
    return number


def saved(environment: str) -> Path:
    """Give the file of an environment's saved plan."""
    return STACK / f"{environment}.tfplan"


def plan(environment: str, /, *, accept_budget: bool = False) -> None:
    """Show what would change in an environment and its monthly cost, and save it; without an account, from nothing.

    Args:
        environment: Staging or production.
        accept_budget: Accept a budget that is exceeded.

    Raises:
        PlumblineError: It cannot be planned, or is over the budget: then it is not saved.
    """
    account.check(environment)
    if not account.variable("account_id"):
        plan_offline.show(environment, accept_budget=accept_budget)
        return
    attach(environment)
    file = saved(environment)
    terraform("plan", "-input=false", f"-var-file=../../envs/{environment}.tfvars", f"-out={file.name}")
    try:
        cost.main(plan_file=file, accept_budget=accept_budget)
    except PlumblineError:
        file.unlink()  # apply would take it
        raise


def apply(environment: str, /) -> None:
    """Make the changes of the saved plan, and no others.

    Args:
        environment: Staging or production.

    Raises:
        PlumblineError: There is no saved plan, or it cannot be applied.
    """
    attach(environment)
    file = saved(environment)
    if not file.exists():
        raise PlumblineError(f"no saved plan: run `plumb cloud plan {environment}`")
    terraform("apply", "-input=false", file.name)
    file.unlink()


def bootstrap() -> None:
    """Once an account: make the bucket of the states and move its own state into it; adopt what an account has once.

    Raises:
        PlumblineError: No account is named, the credentials are of another, or it fails.
    """
    account_id()
    _, session = account.log_in(account.state_region())
    there = {"TF_VAR_existing": json.dumps(singletons.existing(session.client("iam")))}
    if subprocess.run([str(TERRAFORM / "bootstrap")], env=os.environ | there, check=False).returncode:
        raise PlumblineError("the bootstrap failed: mend what it says above and run the same again")
