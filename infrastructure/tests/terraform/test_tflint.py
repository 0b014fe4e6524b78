"""tflint's own rules find nothing."""

from pathlib import Path

import pytest

from infrastructure.tests.terraform.conftest import TERRAFORM, copied
from plumbline.testing.repository import plant, run

pytestmark = pytest.mark.needs("tflint")
TFLINT = ("tflint", "--recursive", "--format=compact")


def test_tflint_finds_nothing() -> None:
    assert run(TERRAFORM, *TFLINT, f"--config={TERRAFORM / '.tflint.hcl'}").stdout == ""


def test_tflint_names_an_unused_variable(tmp_path: Path) -> None:
    root = copied(tmp_path)
    plant(root, "modules/eks/launch_template.tf", "var.disk_gib", "50")
    done = run(root, *TFLINT, f"--config={root / '.tflint.hcl'}", check=False)
    assert done.returncode == 2
    assert '"disk_gib" is declared but not used' in done.stdout
