"""Each Terraform module and stack is formatted, valid and passes its own tests, without an account."""

import re
import shutil
from pathlib import Path

import pytest

from tests.conftest import ROOT, run

TERRAFORM = ROOT / "infrastructure/terraform"
FOLDERS = sorted(str(path.parent.relative_to(TERRAFORM)) for path in TERRAFORM.glob("*/*/versions.tf"))


@pytest.fixture(scope="module")
def terraform() -> None:
    if shutil.which("terraform") is None:
        pytest.skip("terraform is not installed (https://developer.hashicorp.com/terraform/install)")


def copied(target: Path) -> Path:
    """Copy the folder without what an earlier init left, so that neither run disturbs the other."""
    return shutil.copytree(TERRAFORM, target / "terraform", ignore=shutil.ignore_patterns(".terraform*"))


@pytest.mark.usefixtures("terraform")
@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_passes_its_check(folder: str, tmp_path: Path) -> None:
    assert "0 failed" in run(copied(tmp_path).parent, "terraform/check", folder).stdout


@pytest.mark.usefixtures("terraform")
@pytest.mark.parametrize(
    ("file", "old", "new", "complaint"),
    [
        ("main.tf", "restrict_public_buckets = true", "restrict_public_buckets = false", "open to the public"),
        ("policies.tf", ', "kms:GenerateDataKey"]', "]", "an action of S3 or KMS is missing"),
        ("policies.tf", '["s3:GetObject", "s3:GetObjectVersion"]', '["*"]', "allows every action"),
    ],
    ids=["public bucket", "missing KMS grant", "every action"],
)
def test_a_planted_fault_is_found(file: str, old: str, new: str, complaint: str, tmp_path: Path) -> None:
    root = copied(tmp_path)
    path = root / "modules/dvc-remote" / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    done = run(tmp_path, "terraform/check", "modules/dvc-remote", check=False)
    assert done.returncode != 0
    assert complaint in done.stdout + done.stderr


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_variable_is_typed_and_described(folder: str) -> None:
    text = "\n".join(path.read_text() for path in (TERRAFORM / folder).glob("*.tf"))
    variables = re.findall(r'^variable "(\w+)" \{\n(.*?)^\}', text, flags=re.DOTALL | re.MULTILINE)
    careless = [
        name for name, body in variables if not re.search(r"^  type +=", body, re.M) or "description" not in body
    ]
    assert careless == []
    unchecked = [
        name for name, body in variables if "validation {" not in body and not re.search(r"type += bool", body)
    ]
    assert unchecked == []
