"""Environments beside .venv: for tools whose requirements contradict it, and for other versions of Python."""

import os
import shutil
import sys
from pathlib import Path

from plumbline.kernel import command, hashing
from plumbline.kernel.errors import PlumblineError

FOLDER = Path(".plumbline/environments")


def sync(name: str, requirements: Path, python: str = sys.executable) -> Path:
    """Make an environment hold exactly what compiled requirements name; nothing is done if it does already.

    Args:
        name: Of its folder.
        requirements: The compiled file, with hashes.
        python: The interpreter that it is made with.

    Returns:
        The folder of its programs.

    Raises:
        PlumblineError: The interpreter or uv is not there, or a requirement cannot be had.
    """
    if not shutil.which(python):
        raise PlumblineError(f"{python} is not installed: name a Python that is")
    folder = (FOLDER / name).absolute()
    # A copied or moved environment is none, nor is one whose interpreter is gone.
    marker, interpreter = folder / ".installed", folder / "bin/python"
    wanted = f"{folder}\n{hashing.digest(requirements)}"
    if not marker.exists() or marker.read_text() != wanted or not interpreter.exists():
        command.run("uv", "venv", "--quiet", "--clear", "--python", python, str(folder))
        where, own = ("--python", str(interpreter)), {"UV_SYSTEM_PYTHON": "false"}
        command.run("uv", "pip", "sync", "--quiet", "--require-hashes", *where, str(requirements), environment=own)
        marker.write_text(wanted)
    return folder / "bin"


def path(programs: Path) -> dict[str, str]:
    """Give the variables under which the programs of an environment come first."""
    return {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
