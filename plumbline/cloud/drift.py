"""Drift: what of an environment is not as git says, by a plan that is never applied."""

import json
import os
from pathlib import Path
from typing import Any, Literal

from botocore.exceptions import BotoCoreError, ClientError

from plumbline.cloud import account, state
from plumbline.kernel import command, github, log
from plumbline.kernel.errors import PlumblineError

REPORT = Path("reports/drift.md")
_PLAN = "drift.tfplan"
_SAME, _DIFFERS = 0, 2  # of `terraform plan -detailed-exitcode`
_QUIET = (["no-op"], ["read"])


def applied(environment: str) -> bool:
    """Tell whether an environment has a state: before its first apply it has none.

    Raises:
        PlumblineError: There are no credentials, they are of another account, or may not read the states.
    """
    region = account.state_region()
    number, session = account.log_in(region)
    where = account.Account(environment, number, region, session)
    try:
        where.client("s3").head_object(Bucket=where.state_bucket, Key=state.key(environment))
    except (ClientError, BotoCoreError) as error:
        if account.code(error) == "404":
            return False
        raise PlumblineError(f"the state of {environment} cannot be read: {account.reason(error)}") from None
    return True


def look(environment: str) -> dict[str, str]:
    """Plan an environment and forget the plan; give what an apply would do by the address of the resource or output.

    Raises:
        PlumblineError: Terraform fails.
    """
    state.attach(environment)
    values = f"-var-file=../../envs/{environment}.tfvars"
    # Without the lock: the role that looks may not write, and a plan changes nothing.
    code = state.run("plan", "-input=false", "-lock=false", "-detailed-exitcode", values, f"-out={_PLAN}")
    if code == _SAME:
        (state.STACK / _PLAN).unlink(missing_ok=True)
        return {}
    if code != _DIFFERS:
        raise PlumblineError(
            f"`terraform plan` of {environment} failed: mend what it says above and run the same again"
        )
    try:
        text = command.run("terraform", f"-chdir={state.STACK}", "show", "-json", _PLAN)
    finally:
        (state.STACK / _PLAN).unlink(missing_ok=True)  # it holds secrets
    return _changes(json.loads(text))


def _changes(plan: dict[str, Any]) -> dict[str, str]:
    """Name what changes and how, and no value: some are secret."""
    resources = {one["address"]: one["change"]["actions"] for one in plan.get("resource_changes", [])}
    outputs = {f"output.{name}": one["actions"] for name, one in plan.get("output_changes", {}).items()}
    return {name: " and ".join(how) for name, how in (resources | outputs).items() if how not in _QUIET}


def main(*environments: Literal["staging", "production"]) -> int:
    """Say what of the environments is not as git says; nothing is changed: reports/drift.md.

    Args:
        environments: Which ones; all that were ever applied if none is said.

    Returns:
        1 if something differs.

    Raises:
        PlumblineError: An environment cannot be planned.
    """
    for name in [name for name, value in os.environ.items() if name.startswith("TF_VAR_") and not value]:
        del os.environ[name]  # a workflow sets what its repository has no value for to nothing
    rows: list[str] = []
    notes = []
    if not account.variable("account_id"):
        notes.append("Nothing was looked at: no cloud is configured, as TF_VAR_account_id is not set.")
    for environment in (environments or account.ENVIRONMENTS) if not notes else ():
        if not applied(environment):
            notes.append(f"{environment} was never applied.")
            continue
        found = look(environment)
        rows += [f"| {environment} | `{name}` | {how} |" for name, how in found.items()]
        notes.append(f"{environment} differs in {len(found)} places." if found else f"{environment} is as git says.")
    if rows:
        notes.append(
            "Bring it back with `plumb cloud plan` and `plumb cloud apply`, or write what was changed into git."
        )
    _report(rows, notes)
    return int(bool(rows))


def _report(rows: list[str], notes: list[str]) -> None:
    table = ["| environment | what | an apply would |", "|---|---|---|", *rows, ""] if rows else []
    text = "\n".join(["## Drift", "", *table, *notes]) + "\n"
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(text, encoding="utf-8")
    github.summarize(text)
    for note in notes:
        log.get("drift").warning(note)  # each is a reason to look, or says that nobody could
