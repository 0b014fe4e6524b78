"""Call DVC's program, once the lock that a killed one left is out of its way."""

import json
import os
import sys
from itertools import chain
from pathlib import Path

import psutil
import voluptuous
from dvc.lock import Lock, LockError
from dvc.rwlock import RWLOCK_FILE, RWLOCK_LOCK, SCHEMA

from plumbline.kernel import command

_FOLDER = Path(".dvc/tmp")


def run(*words: str, folder: Path = Path(), advice: str = "") -> str:
    """Run DVC to its end and give what it wrote to standard output.

    Args:
        words: Its arguments.
        folder: The clone.
        advice: What to do if it fails; a line of the error.

    Raises:
        PlumblineError: It failed; the message holds the end of its output.
    """
    unlock(folder)
    return command.run("dvc", *words, folder=folder, advice=advice, environment=_found())


def show(*words: str, environment: dict[str, str] | None = None) -> None:
    """Run DVC to its end in this folder; what it writes is seen at once.

    Args:
        words: Its arguments.
        environment: Variables added to those of this process.

    Raises:
        PlumblineError: It failed.
    """
    unlock()
    command.show("dvc", *words, environment=_found() | (environment or {}))


def unlock(root: Path = Path()) -> None:
    """Remove the lock on outputs that DVC refuses or waits for in vain, and say so; one that somebody holds stays.

    DVC writes `.dvc/tmp/rwlock` in place, so that one that is killed leaves it half-written, which stops every later
    one, or in its own name.

    Args:
        root: Of the clone.
    """
    path = root / _FOLDER / RWLOCK_FILE
    if not _abandoned(path):
        return
    try:
        with Lock(str(path.with_name(RWLOCK_LOCK))):
            if _abandoned(path):  # still, now that no DVC is writing it
                path.unlink()
                sys.stderr.write(f"{path}: removed, for the DVC that wrote it was killed\n")
    except LockError:
        return  # a DVC is at it and does not end, which the next one says


def main() -> None:
    """Remove the lock that a killed DVC left, if nobody holds it."""
    unlock()


def _found() -> dict[str, str]:
    """Give the variable by which the DVC of this environment is found, whether or not it is active."""
    return {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}


def _abandoned(path: Path) -> bool:
    """Tell whether a lock is none that DVC can read, or is held in the name of processes alone that have ended."""
    try:
        held = SCHEMA(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return False
    except (ValueError, voluptuous.Invalid):
        return True
    holders = {info["pid"] for info in chain(held["write"].values(), *held["read"].values())}
    return bool(holders) and not any(map(_runs, holders))


def _runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE  # killed, but nobody has asked how it ended
    except psutil.NoSuchProcess:
        return False
