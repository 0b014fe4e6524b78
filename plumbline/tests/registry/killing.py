"""Run a command again and again, each time killed one change later than before, until it comes through.

    python plumbline/tests/registry/killing.py plumbline.registry.commands promote 2

A change is a call that alters the model registry, or the opening of a file for writing, its renaming or its removal.
The process is killed by SIGKILL right before it. What it prints last is how many times it was killed.
"""

import importlib
import itertools
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mlflow import MlflowClient

_ALTERING = ("create_", "delete_", "log_", "set_")
_FILES = {"os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.symlink"}


def main() -> None:
    """Run from the command line."""
    module, name, *arguments = sys.argv[1:]
    command = getattr(importlib.import_module(module), name)
    for kills in itertools.count():
        child = os.fork()  # the imports take seconds: they are done once
        if child == 0:
            _die_before(kills)
            command(*arguments)
            os._exit(0)
        status = os.waitpid(child, 0)[1]
        if os.WIFEXITED(status):
            sys.stdout.write(f"{kills}\n")
            sys.exit(os.WEXITSTATUS(status))


def _die_before(change: int) -> None:
    left = itertools.count(change, -1)

    def count() -> None:
        if next(left) == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    for name in dir(MlflowClient):
        if name.startswith(_ALTERING):
            setattr(MlflowClient, name, _counted(getattr(MlflowClient, name), count))
    here = Path.cwd()

    def audit(event: str, arguments: tuple[Any, ...]) -> None:
        writes = event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        if (writes or event in _FILES) and not isinstance(arguments[0], int):  # a descriptor is open already
            path = here / os.fsdecode(arguments[0])
            if path.is_relative_to(here) and "__pycache__" not in path.parts:
                count()

    sys.addaudithook(audit)


def _counted(method: Callable[..., Any], count: Callable[[], None]) -> Callable[..., Any]:
    def call(*arguments: Any, **named: Any) -> Any:
        count()
        return method(*arguments, **named)

    return call


if __name__ == "__main__":
    main()
