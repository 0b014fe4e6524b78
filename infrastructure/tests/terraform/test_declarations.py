"""Variables, outputs and versions are declared with care, in every module and stack."""

import re
from pathlib import Path

import pytest

from infrastructure.tests.terraform.conftest import FOLDERS, TERRAFORM, copied
from plumbline.cloud.terraform import hcl


def careless(folder: Path) -> list[str]:
    """Name the variables without type, description or (unless boolean) validation, and undescribed outputs."""
    found = [it.name for it in hcl.variables(folder) if not it.type or not it.description]
    found += [it.name for it in hcl.variables(folder) if not it.validated and it.type != "bool"]
    return found + [it.name for it in hcl.outputs(folder) if not it.description]


def refused(folder: Path) -> set[str]:
    """Name the variables that a test gives a wrong value."""
    text = "\n".join(path.read_text() for path in folder.glob("tests/*.tftest.hcl"))
    listed = re.findall(r"expect_failures\s*=\s*\[(.*?)\]", text, flags=re.DOTALL)
    return set(re.findall(r"var\.(\w+)", " ".join(listed)))


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_variable_is_typed_described_and_validated(folder: str) -> None:
    assert careless(TERRAFORM / folder) == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_validation_is_seen_to_refuse(folder: str) -> None:
    validated = {it.name for it in hcl.variables(TERRAFORM / folder) if it.validated}
    assert validated - refused(TERRAFORM / folder) == set()


def test_a_variable_that_loses_its_validation_is_named(tmp_path: Path) -> None:
    root = copied(tmp_path)
    path = root / "modules/eks/variables.tf"
    text = path.read_text()
    start = text.index("  validation", text.index('variable "disk_gib"'))
    path.write_text(text[:start] + text[text.index("\n}\n", start) + 1 :])
    assert careless(root / "modules/eks") == ["disk_gib"]


@pytest.mark.parametrize("folder", FOLDERS)
def test_terraform_and_every_provider_are_constrained(folder: str) -> None:
    blocks = hcl.parse(TERRAFORM / folder / "versions.tf")["terraform"]
    required = [hcl.unquote(block["required_version"]) for block in blocks]
    assert [it for it in required if not re.fullmatch(r">= 1\.\d+, < 2\.0", it)] == []
    providers = {
        name: {key: hcl.unquote(value) for key, value in body.items() if key != "__is_block__"}
        for block in blocks
        for group in block["required_providers"]
        for name, body in group.items()
        if name != "__is_block__"
    }
    assert providers
    for body in providers.values():
        assert re.fullmatch(r"~> \d+\.\d+", body["version"])
        assert body["source"].startswith("hashicorp/")
    used = {kind.split("_")[0] for kind in _kinds(TERRAFORM / folder)}
    assert used <= providers.keys() | {"terraform"}


def _kinds(folder: Path) -> set[str]:
    found = set()
    for path in folder.glob("*.tf"):
        found |= set(re.findall(r'^(?:resource|data) "(\w+)"', path.read_text(), flags=re.MULTILINE))
    return found


@pytest.mark.parametrize("folder", FOLDERS)
def test_modules_are_local(folder: str) -> None:
    text = "\n".join(path.read_text() for path in (TERRAFORM / folder).glob("*.tf"))
    sources = re.findall(r'^module "\w+" \{\s+source\s+= "([^"]+)"', text, flags=re.MULTILINE)
    assert [it for it in sources if not (TERRAFORM / folder / it / "versions.tf").exists()] == []
