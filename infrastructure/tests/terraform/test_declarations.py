"""Variables, outputs and versions are declared with care, in every module and stack."""

import re
from pathlib import Path

import pytest

from infrastructure.tests.terraform.conftest import FOLDERS, TERRAFORM, copied
from plumbline.cloud.terraform import hcl
from plumbline.testing.repository import plant


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


def read_by_for_each(folder: Path) -> list[str]:
    """Name each `for_each` that reads a resource, itself or through locals: after a lost state no import works."""
    parsed = [hcl.parse(path) for path in sorted(folder.glob("*.tf"))]
    values = {
        name: hcl.expression(value)
        for file in parsed
        for block in file.get("locals", [])
        for name, value in block.items()
    }

    def reads(value: str, seen: frozenset[str] = frozenset()) -> bool:
        names = set(re.findall(r"\blocal\.(\w+)", value)) - seen
        return bool(re.search(r"(?<!data\.)\baws_\w+\.", value)) or any(
            reads(values.get(it, ""), seen | names) for it in names
        )

    return [
        f"{hcl.unquote(kind)}.{hcl.unquote(name)}"
        for file in parsed
        for block in file.get("resource", [])
        for kind, named in block.items()
        for name, body in named.items()
        if "for_each" in body and reads(hcl.expression(body["for_each"]))
    ]


@pytest.mark.parametrize("folder", FOLDERS)
def test_everything_can_be_imported_into_an_empty_state(folder: str) -> None:
    assert read_by_for_each(TERRAFORM / folder) == []


def test_a_for_each_that_reads_a_resource_is_named(tmp_path: Path) -> None:
    root = copied(tmp_path)
    plant(root, "modules/dvc-remote/main.tf", "buckets = merge(local.names,", "buckets = merge(aws_s3_bucket.remote,")
    assert read_by_for_each(root / "modules/dvc-remote") == [
        "aws_s3_bucket_versioning.all",
        "aws_s3_bucket_public_access_block.all",
        "aws_s3_bucket_ownership_controls.all",
    ]


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
