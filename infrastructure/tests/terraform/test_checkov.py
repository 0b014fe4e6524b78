"""Checkov finds nothing in Terraform that is not justified where it stands."""

import re
from pathlib import Path

import pytest

from infrastructure.tests.terraform.conftest import TERRAFORM, copied
from plumbline.testing.repository import plant, run

Command = tuple[str, ...]


def unjustified(root: Path) -> list[str]:
    """Name the skips that give no reason of at least three words."""
    found = []
    for path in sorted(root.glob("*/*/*.tf")):
        for line in path.read_text().splitlines():
            skip = re.search(r"checkov:skip=([^:\s]*):?(.*)", line)
            if skip and len(skip[2].split()) < 3:
                found.append(f"{path.relative_to(root)}: {skip[1]}")
    return found


def test_checkov_finds_nothing(checkov: Command) -> None:
    done = run(TERRAFORM, *checkov, "--framework", "terraform", "--directory", ".", check=False)
    assert done.returncode == 0, done.stdout
    assert re.search(r"Passed checks: [1-9]\d\d, Failed checks: 0", done.stdout)


def test_checkov_names_a_public_bucket(checkov: Command, tmp_path: Path) -> None:
    root = copied(tmp_path)
    plant(root, "modules/dvc-remote/main.tf", "block_public_policy     = true", "block_public_policy     = false")
    done = run(root, *checkov, "--framework", "terraform", "--directory", "modules/dvc-remote", check=False)
    assert done.returncode == 1
    assert "CKV_AWS_54" in done.stdout


def test_every_skip_is_justified_in_place() -> None:
    assert unjustified(TERRAFORM) == []
    assert not [path for path in TERRAFORM.rglob("*checkov*") if ".terraform" not in path.parts]


@pytest.mark.parametrize("reason", ["", ":", ":accepted"])
def test_an_unjustified_skip_is_named(reason: str, tmp_path: Path) -> None:
    root = copied(tmp_path)
    plant(root, "modules/eks/main.tf", '"aws_eks_cluster" "this" {', f'"x" "y" {{\n  #checkov:skip=CKV_AWS_39{reason}')
    assert unjustified(root) == ["modules/eks/main.tf: CKV_AWS_39"]
