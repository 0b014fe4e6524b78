"""tflint's own rules find nothing."""

import shutil
from pathlib import Path

import pytest

from tests.conftest import ROOT, run
from tests.terraform.conftest import TERRAFORM, copied, plant

BUILT = ROOT / ".plumbline/bin/tflint"


@pytest.fixture(scope="module")
def tflint() -> tuple[str, ...]:
    found = shutil.which("tflint") or (str(BUILT) if BUILT.exists() else None)
    if found is None:
        pytest.skip("tflint is not installed: make tflint builds it with Go")
    return (found, "--recursive", "--format=compact")


def test_tflint_finds_nothing(tflint: tuple[str, ...]) -> None:
    assert run(TERRAFORM, *tflint, f"--config={TERRAFORM / '.tflint.hcl'}").stdout == ""


def test_tflint_names_an_unused_variable(tflint: tuple[str, ...], tmp_path: Path) -> None:
    root = copied(tmp_path)
    plant(root, "modules/eks/launch_template.tf", "var.disk_gib", "50")
    done = run(root, *tflint, f"--config={root / '.tflint.hcl'}", check=False)
    assert done.returncode == 2
    assert '"disk_gib" is declared but not used' in done.stdout
