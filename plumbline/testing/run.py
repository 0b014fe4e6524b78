"""The command `plumb test`: all tests, or those that a change touches."""

import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

from plumbline.ci.rooms import Room, build, paths
from plumbline.ci.routing import changes
from plumbline.kernel import command
from plumbline.testing.choice import Choice, choose

_NO_TEST = 5  # of pytest: none was collected, as where all the chosen ones are slow
_NAMED = 3  # tests that a line names


def cores() -> int:
    """Give the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def main(*rooms: Room, changed: bool = False, base: str = "main", all: bool = False) -> int:  # noqa: A002 - the option's name
    """Run the tests but the slow ones; give pytest's exit code.

    Args:
        rooms: Run those of these pipelines alone.
        changed: Run only the files of tests that a change touches: commits since the base, uncommitted, untracked.
        base: What the change is compared with.
        all: Run the slow tests, too.

    Raises:
        PlumblineError: There is no such base, or no history in common with it.
    """
    build()
    options = [] if all else ["-m", "not slow"]
    options += paths(rooms)
    if changed:
        found = changes.of_clone(base)
        listed = command.run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
        choice = Choice(everything=found.unknown) if found.unknown else choose(found.files, listed.split("\0")[:-1])
        _say(choice, len(found.files), base)
        if not choice.everything:
            if not choice.tests:
                return 0
            # A file that is named runs in one process otherwise: see session.py.
            options += ["-n", str(cores() if len(choice.tests) > 1 else 0), *choice.tests]
    done = subprocess.run([sys.executable, "-m", "pytest", *options], check=False)
    return 0 if changed and done.returncode == _NO_TEST else done.returncode


def _say(choice: Choice, count: int, base: str) -> None:
    """Say which tests were chosen, and why, in a line for each reason."""
    lines = [f"{count} files differ from {base}"]
    if choice.everything:
        lines.append(f"all tests run: {choice.everything}")
    else:
        grouped: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for test, reason in choice.tests.items():
            grouped[reason].append(test)
        for (file, how), tests in sorted(grouped.items()):
            more = f" and {len(tests) - _NAMED} more" if len(tests) > _NAMED else ""
            lines.append(f"{file} ({how}): {', '.join(map(_short, tests[:_NAMED]))}{more}")
        lines.append(f"{len(choice.tests)} files of tests run")
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def _short(test: str) -> str:
    return Path(test).name
