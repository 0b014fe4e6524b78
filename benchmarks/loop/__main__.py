"""Measure what a person waits for again and again, beside its goal."""

import argparse
import os
import sys
from collections.abc import Iterator
from itertools import chain

from benchmarks.loop import measure
from plumbline.cli import table
from plumbline.kernel import runtime

_HEAVY = 1.0  # CPU seconds that a command may take to import before it does anything

Row = tuple[str, str, str, str]


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="of which the median counts")
    arguments = parser.parse_args()
    runs: int = arguments.runs
    os.environ.update(runtime.pinned())
    _print(("what", "measured", "goal", "ratio to the goal"), _loop(runs))
    _print(("commands that take more than a second to import", "s of CPU"), _imports(runs))


def _loop(runs: int) -> Iterator[Row]:
    python = [sys.executable, "-m"]
    unpinned = ["env", *(word for name in runtime.pinned() for word in ("-u", name))]  # as in a person's shell
    repro = measure.command([*unpinned, "dvc", "repro", "--no-run-cache", "--force"], runs).cpu
    fits = measure.fits(runs)
    yield _row(f"`dvc repro` from scratch, of which fits {fits:.1f} s", repro, 1.5 * fits, "s of CPU")
    yield _row("`dvc repro` with nothing to do", measure.command([*unpinned, "dvc", "repro"], runs).cpu, 1, "s of CPU")
    demo = measure.command([*python, "plumbline.cli", "demo"], runs)
    yield _row("`make demo`, warm", demo.cpu, 30, "s of CPU")
    yield _row("`make demo`, warm, on this machine as it is", demo.wall, 30, "s")
    yield _row(
        "`plumb --help`", measure.command([*unpinned, *python, "plumbline.cli", "--help"], runs).cpu, 0.3, "s of CPU"
    )


def _row(what: str, measured: float, goal: float, unit: str) -> Row:
    return what, f"{measured:.2f} {unit}", f"{goal:.1f} {unit}", f"{measured / goal:.2f}"


def _imports(runs: int) -> Iterator[tuple[str, str]]:
    commands: dict[str, list[str]] = {}
    for group in table.GROUPS:
        for command in group.commands:
            words = " ".join(filter(None, ["plumb", group.name, command.name]))
            commands.setdefault(f"plumbline.{command.target.partition(':')[0]}", []).append(f"`{words}`")
    empty = measure.module("sys", runs)
    for module, called in commands.items():
        spent = measure.module(module, runs) - empty
        if spent > _HEAVY:
            yield ", ".join(called), f"{spent:.1f}"


def _print(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> None:
    """Print a table, each row as soon as it is measured."""
    for cells in chain([head, ("---",) * len(head)], rows):
        sys.stdout.write(f"| {' | '.join(cells)} |\n")
        sys.stdout.flush()
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
