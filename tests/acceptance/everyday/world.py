"""Clones of this working tree, as users have them, and what a command says in one."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from plumbline.kernel import git
from plumbline.proof import worktree
from plumbline.testing.repository import ROOT

BORROWED = {"SETUP": ""}  # make takes the environment that plays this
# Of the user who starts this: nothing of it reaches a clone.
_THEIRS = ("API_", "AWS_", "CI", "DVC_", "GITHUB_", "GIT_", "MLFLOW_", "PLUMBLINE_", "PREDICT_", "PYTEST_")


@dataclass(frozen=True)
class Said:
    """What a command wrote to both outputs, and its exit code."""

    text: str
    code: int


@dataclass(frozen=True)
class Clone:
    """A clone."""

    root: Path

    def tried(self, *command: str | bytes, **variables: str) -> Said:
        """Run a command with the code of this clone and the environment of this Python."""
        environment = self._environment() | variables
        done = subprocess.run(command, cwd=self.root, env=environment, capture_output=True, check=False)
        return Said((done.stdout + done.stderr).decode(errors="replace"), done.returncode)

    def killed(self, moment: Callable[[], object], *command: str, **variables: str) -> bool:
        """Run a command and kill it, with all that it started, once what `moment` gives has changed.

        Returns:
            Whether it was killed, and had not ended before.
        """
        before, quiet = moment(), subprocess.DEVNULL
        environment = self._environment() | variables
        with subprocess.Popen(
            command, cwd=self.root, env=environment, stdout=quiet, stderr=quiet, start_new_session=True
        ) as process:
            while process.poll() is None and moment() == before:
                time.sleep(0.002)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        return process.returncode == -signal.SIGKILL

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_THEIRS)}
        kept |= git.apart("user") | {"PYTHONPATH": str(self.root), "DVC_NO_ANALYTICS": "1"}
        return kept | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}

    def run(self, *command: str, **variables: str) -> str:
        """Run a command that must succeed; give what it wrote."""
        said = self.tried(*command, **variables)
        assert said.code == 0, f"`{' '.join(command)}` ended with {said.code}: {said.text[-2000:]}"
        return said.text

    def refused(self, *command: str | bytes, **variables: str) -> str:
        """Run a command that must end with a message, not a traceback; give it."""
        said = self.tried(*command, **variables)
        assert said.code, f"{command!r} succeeded: {said.text[-500:]}"
        assert "Traceback" not in said.text, f"{command!r} ended with a traceback: {said.text[-500:]}"
        return said.text

    def commit(self, message: str) -> None:
        """Commit every file that git does not ignore."""
        self.run("git", "add", "--all")
        self.run("git", "commit", "--quiet", "--message", message)


class World:
    """The clones of one run of this program, in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._copying, self._building = threading.Lock(), threading.Lock()  # cases that are played at once share both

    def folder(self) -> Path:
        """Make an empty folder."""
        return Path(tempfile.mkdtemp(dir=self._folder))

    def built(self) -> Clone:
        """Give a clone in which everything is built, pushed and registered, for one case alone."""
        with self._building:
            first = self._built
        return Clone(shutil.copytree(first.root, self.folder() / "clone", symlinks=True))

    def fresh(self, of: Clone | None = None) -> Clone:
        """Give what `git clone` makes of a clone, or of this working tree."""
        return self.cloned((of or self._start()).root)

    def cloned(self, source: Path) -> Clone:
        """Give what `git clone` makes of a repository."""
        target = self.folder() / "clone"
        Clone(self._folder).run("git", "clone", "--quiet", str(source), str(target))
        return Clone(target)

    def _start(self) -> Clone:
        with self._copying:
            return self._committed

    @cached_property
    def _committed(self) -> Clone:
        clone = Clone(worktree.copy(ROOT, self._folder / "committed"))
        clone.commit("The working tree")
        return clone

    @cached_property
    def _built(self) -> Clone:
        clone = Clone(shutil.copytree(self._start().root, self._folder / "built", symlinks=True))
        shutil.copytree(ROOT / ".dvc/cache", clone.root / ".dvc/cache")
        clone.run("dvc", "checkout", "--quiet")
        clone.run("python", "data/src/preprocess.py", "--seed", "42", "--output", "data/preprocessor.joblib")
        clone.run("dvc", "push", "--quiet")
        # MLflow holds the model of a run that was made here.
        clone.run("dvc", "repro", "--quiet", "--force", "--single-item", "bundle")
        for words in (("release", "keys"), ("model", "gate"), ("release", "register")):
            clone.run("plumb", *words)
        return clone


@contextmanager
def created() -> Iterator[World]:
    """Make a world, and remove it in the end."""
    with tempfile.TemporaryDirectory(prefix="plumbline-everyday-") as folder:
        yield World(Path(folder))
