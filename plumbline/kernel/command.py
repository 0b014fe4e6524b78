"""Run another program."""

import os
import subprocess
from pathlib import Path

from plumbline.kernel.errors import PlumblineError

_TAIL = 30  # lines of a failed program's output that are shown


def run(
    *command: str,
    folder: Path = Path(),
    advice: str = "",
    environment: dict[str, str] | None = None,
    given: str | None = None,
) -> str:
    """Run a program to its end and give what it wrote to standard output.

    Args:
        command: Program and arguments.
        folder: Where it runs.
        advice: What to do if it fails; a line of the error.
        environment: Variables added to those of this process.
        given: What it reads from standard input, instead of this process's.

    Raises:
        PlumblineError: It failed; the message holds the end of its output.
    """
    variables = os.environ | (environment or {})
    done = subprocess.run(
        command,
        cwd=folder,
        env=variables,
        input=given,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode:
        tail = "\n".join((done.stdout + done.stderr).strip().splitlines()[-_TAIL:])
        raise PlumblineError("\n".join(filter(None, [f"`{' '.join(command)}` failed:", tail, advice])))
    return done.stdout


def show(*command: str, environment: dict[str, str] | None = None) -> None:
    """Run a program to its end; what it writes is seen at once.

    Args:
        command: Program and arguments.
        environment: Variables added to those of this process.

    Raises:
        PlumblineError: It failed.
    """
    if subprocess.run(command, env=os.environ | (environment or {}), check=False).returncode:
        raise PlumblineError(f"`{' '.join(command)}` failed: it says why above")
