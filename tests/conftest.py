"""What the tests that cross rooms share."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from plumbline.proof import worktree
from plumbline.testing import needs, trials

ROOT = Path(__file__).parents[1]


def environment(folder: Path) -> dict[str, str]:
    """Give the variables with which commands of this environment run the code of the tree at `folder`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MLFLOW_", "PLUMBLINE_"))}
    return kept | {"PYTHONPATH": str(folder), "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}


def run(folder: Path, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run a command of the environment in `folder`; a failure shows its output."""
    done = subprocess.run(command, cwd=folder, env=environment(folder), capture_output=True, text=True, check=False)
    assert not check or done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
    return done


def copy_repository(target: Path) -> Path:
    """Copy the working tree, as it is now, into a new git repository at `target`."""
    return worktree.copy(ROOT, target)


@pytest.fixture(scope="session")
def checkov() -> tuple[str, ...]:
    """The command of checkov, in its own environment; it asks no service for anything."""
    needs.require("checkov")
    return (str(trials.CHECKOV), "--skip-download", "--quiet", "--compact")


@pytest.fixture(scope="session")
def second_dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository whose data and model are replaced, with the pipeline run up to the release."""
    copy = copy_repository(tmp_path_factory.mktemp("second"))
    shutil.rmtree(copy / "data/warehouse")
    for stale in [copy / "dvc.lock", *copy.glob("data/raw/*.dvc"), copy / "model/artifacts/metrics.json"]:
        stale.unlink(missing_ok=True)
    shutil.copytree(ROOT / "tests/second_dataset", copy, dirs_exist_ok=True)
    run(copy, "plumb", "data", "warehouse")
    run(copy, "plumb", "data", "extract")
    run(copy, "dvc", "add", "--quiet", "data/raw/training_data.tsv", "data/raw/evaluation_data.tsv")
    run(copy, "dvc", "repro")
    run(copy, "plumb", "release", "keys")
    run(copy, "plumb", "release", "register")
    return copy
