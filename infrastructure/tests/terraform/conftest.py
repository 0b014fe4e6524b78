"""What the tests of Terraform share: its folders, copies of them, and each environment as planned."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from plumbline.testing import needs
from plumbline.testing.repository import ROOT, run

TERRAFORM = ROOT / "infrastructure/terraform"
FOLDERS = sorted(str(path.parent.relative_to(TERRAFORM)) for path in TERRAFORM.glob("*/*/versions.tf"))
ENVIRONMENTS = sorted(path.stem for path in TERRAFORM.glob("envs/*.tfvars"))


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
