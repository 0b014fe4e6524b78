"""This repository as tests use it: its commands in a clean environment, and copies in which faults are planted."""

import os
import subprocess
import sys
from pathlib import Path

from plumbline.proof import worktree

ROOT = Path(__file__).parents[2]


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


def plant(root: Path, name: str, old: str, new: str) -> None:
    """Replace `old`, which must stand in the file, by `new`."""
    path = root / name
    text = path.read_text()
    assert old in text, f"{name} does not hold {old!r} any more: plant this fault elsewhere"
    path.write_text(text.replace(old, new, 1))
