"""A plan of Terraform, as `terraform show -json` gives it, and how to make one that touches no account."""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plumbline.cloud import account
from plumbline.kernel.command import run
from plumbline.kernel.errors import PlumblineError

STACK = Path("stacks/platform")
# A state of its own, which is empty, and a provider that asks nobody: the plan is that of the whole environment.
OVERRIDE = """terraform {
  backend "local" {}
}

provider "aws" {
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
  allowed_account_ids         = null
}
"""


@dataclass(frozen=True)
class Resource:
    """A resource as it will be: its type, its key in a `for_each` or its number, and the values known before apply."""

    address: str
    type: str
    index: str
    values: dict[str, Any]


@dataclass(frozen=True)
class Plan:
    """All resources of an environment after the apply, and the variables they come of."""

    resources: tuple[Resource, ...]
    variables: dict[str, Any]


def parse(text: str) -> Plan:
    """Read the JSON of a plan.

    Raises:
        PlumblineError: It is not one.
    """
    try:
        content = json.loads(text)
        root = content["planned_values"].get("root_module", {})
        variables = {name: entry.get("value") for name, entry in content.get("variables", {}).items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise PlumblineError("this is no plan: give what `terraform show -json PLAN` prints") from None
    return Plan(tuple(_resources(root)), variables)


def read(file: Path) -> Plan:
    """Read a plan that `terraform plan -out` has saved in the folder of its stack."""
    return parse(run("terraform", f"-chdir={file.parent}", "show", "-json", file.name))


def show(file: Path) -> str:
    """Give what a person reads of a plan that `terraform plan -out` has saved in the folder of its stack."""
    return run("terraform", f"-chdir={file.parent}", "show", "-no-color", file.name)


def offline(root: Path, environment: str) -> Plan:
    """Plan an environment from nothing, with no account and no state.

    Args:
        root: Folder of the Terraform code; it is copied, not touched.
        environment: A file of `envs`, without its ending.

    Raises:
        PlumblineError: There is no such environment, or Terraform refuses.
    """
    with offline_file(root, environment) as file:
        return read(file)


@contextmanager
def offline_file(root: Path, environment: str) -> Iterator[Path]:
    """Plan as `offline` does, and give the saved plan, which is gone afterwards."""
    if not (root / f"envs/{environment}.tfvars").exists():
        raise PlumblineError(
            f"an environment is staging or production, not {environment!r}: there is no such file in envs"
        )
    with tempfile.TemporaryDirectory() as folder:
        ignored = shutil.ignore_patterns(".terraform", "*.tfplan")
        stack = Path(shutil.copytree(root, Path(folder) / "terraform", ignore=ignored)) / STACK
        (stack / "offline_override.tf").write_text(OVERRIDE, encoding="utf-8")
        there = {name: value for name, value in anybody().items() if not os.environ.get(name)}
        terraform = ("terraform", f"-chdir={stack}")
        run(*terraform, "init", "-input=false", advice="the providers come from the registry of Terraform")
        arguments = ("-input=false", f"-var-file=../../envs/{environment}.tfvars", "-out=offline.tfplan")
        run(*terraform, "plan", *arguments, environment=there)
        yield stack / "offline.tfplan"


def anybody() -> dict[str, str]:
    """Give what an estimate does not depend on: whose account it is, and which zones that account sees."""
    zones = [f"{account.region()}{letter}" for letter in "ab"]
    return {
        "TF_VAR_account_id": "000000000000",
        "TF_VAR_admins": '["arn:aws:iam::000000000000:role/admin"]',
        "TF_VAR_repository": '{"owner": "owner", "name": "plumbline"}',
        "TF_VAR_zones": json.dumps(zones),
    }


def _resources(module: dict[str, Any]) -> Iterator[Resource]:
    for one in module.get("resources", []):
        if one.get("mode") == "managed":
            yield Resource(one["address"], one["type"], str(one.get("index", "")), one.get("values", {}))
    for child in module.get("child_modules", []):
        yield from _resources(child)
