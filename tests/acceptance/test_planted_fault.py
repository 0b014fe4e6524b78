"""The fault that the story in the cluster plants in an image fits the code of today."""

import runpy
import shutil
import sys
from pathlib import Path

import pytest

from plumbline.testing.repository import ROOT

FAULT = ROOT / "tests/acceptance/cluster/testbed/fault.py"


def test_the_canarys_fault_changes_one_expression(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # given the services' code as their image holds it
    shutil.copytree(ROOT / "services/predict/app", tmp_path / "services/predict/app")
    monkeypatch.setattr(sys, "argv", ["fault.py", str(tmp_path)])
    # when the fault is planted
    planted = runpy.run_path(str(FAULT))
    # then nothing else has changed, and Python runs the changed module
    where, right, wrong = planted["WHERE"], planted["RIGHT"], planted["WRONG"]
    assert (tmp_path / where).read_text() == (ROOT / where).read_text().replace(right, wrong)
    assert list((tmp_path / where).parent.glob("__pycache__/predict.*.pyc"))
