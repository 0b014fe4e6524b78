"""A clone of this working tree in a temporary folder, with a git history and a `.plumbline` of its own."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from plumbline.kernel import command
from plumbline.kernel.git import apart
from plumbline.local import processes
from plumbline.proof import worktree

ROOT = Path(__file__).parents[3]
AUTOMATION, PERSON = "automation:rehearsal", "human:on-call"
_OURS = ("API_", "AWS_", "DVC_", "GIT_", "MLFLOW_", "MONITOR_", "PLUMBLINE_", "PREDICT_")


@contextmanager
def entered(folder: Path) -> Iterator[Path]:
    """Make the clone and work in it; what was started there is stopped at the end."""
    clone = worktree.copy(ROOT, folder / "clone")
    for name in [name for name in os.environ if name.startswith(_OURS)]:
        del os.environ[name]
    os.environ |= apart("rehearsal") | {"PYTHONPATH": str(clone), "PLUMBLINE_ACTOR": AUTOMATION}
    os.environ["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    os.chdir(clone)
    try:
        commit("The working tree")
        yield clone
    finally:
        for name in processes.names():
            processes.stop(name)
        os.chdir(ROOT)


def plumb(*words: str, actor: str = AUTOMATION, **variables: str) -> str:
    """Run a command with this environment and some variables, as `actor`; give what it prints.

    Raises:
        PlumblineError: It failed.
    """
    environment = {"PLUMBLINE_ACTOR": actor} | variables
    return command.run(sys.executable, "-m", "plumbline.cli", *words, environment=environment)


def git(*arguments: str) -> str:
    """Run git; give what it prints."""
    return command.run("git", *arguments).strip()


def commit(message: str) -> str:
    """Commit everything on main; give the commit."""
    git("add", "--all")
    git("commit", "--quiet", "--message", message)
    return head()


def head() -> str:
    """Give the commit that is checked out."""
    return git("rev-parse", "HEAD")


def edit(path: str, *keys: str, value: Any) -> None:
    """Set one value of a YAML file and leave the rest of it as it is written."""
    yaml = YAML()
    yaml.width = 4096  # no line is wrapped
    document = yaml.load(Path(path))
    place = document
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = value
    yaml.dump(document, Path(path))
