"""Upgrade the clone in the working directory again and again, each time killed one act later than before.

    python plumbline/tests/product/killing.py v0.3.0

An act is a call of git, or the renaming or removal of a file. The process is killed by SIGKILL right before it. After
each kill HEAD, index, files and refs must be as they were, until HEAD is the new commit.
What is printed last is how many times it was killed, and how many of them found the new commit there.
"""

import itertools
import os
import signal
import subprocess
import sys
from typing import Any

from plumbline.product.upgrade import upgrade

_ACTS = {"os.remove", "os.rename", "os.rmdir", "subprocess.Popen"}


def main() -> None:
    """Run from the command line."""
    before, through = _state(), 0
    for kills in itertools.count():
        child = os.fork()  # the imports are done once
        if child == 0:
            _die_before(kills)
            upgrade(sys.argv[1])
            os._exit(0)
        status = os.waitpid(child, 0)[1]
        if os.WIFEXITED(status):
            sys.stdout.write(f"{kills} {through}\n")
            sys.exit(os.WEXITSTATUS(status))
        state = _state()
        if state[0] != before[0]:
            through += 1
            assert state[1] == "", state
            _git("reset", "--quiet", "--hard", before[0])
        else:
            assert state == before, f"after {kills} acts: {state}"


def _state() -> tuple[str, ...]:
    refs = _git("for-each-ref", "refs/heads", "refs/tags", "refs/remotes")
    return _git("rev-parse", "HEAD"), _git("status", "--porcelain"), _git("ls-files", "--stage"), refs


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], check=True, capture_output=True, text=True).stdout.strip()


def _die_before(act: int) -> None:
    left = itertools.count(act, -1)

    def audit(event: str, _: tuple[Any, ...]) -> None:
        if event in _ACTS and next(left) == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(audit)


if __name__ == "__main__":
    main()
