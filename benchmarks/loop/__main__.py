"""Measure what a person waits for again and again, beside its goal: python -m benchmarks.loop."""

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.loop import measure
from plumbline.cli import table
from plumbline.kernel import runtime

_HEAVY = 1.0  # CPU seconds that a command may take to import before it does anything

Row = tuple[str, str, str, str]


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="of which the median counts")
    parser.add_argument("--output", type=Path, default=Path("benchmarks/loop/results.md"))
    arguments = parser.parse_args()
    runs: int = arguments.runs
    text = "# The inner loop\n\n" + _table(("what", "measured", "goal", "ratio to the goal"), _loop(runs))
    text += "\n# Commands that take more than a second of CPU to import\n\n"
    text += _table(("module", "commands", "CPU seconds"), _imports(runs))
    arguments.output.write_text(text)
    sys.stdout.write(text)


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


def _imports(runs: int) -> Iterator[tuple[str, str, str]]:
    modules: dict[str, list[str]] = {}
    for group in table.GROUPS:
        for command in group.commands:
            words = " ".join(filter(None, ["plumb", group.name, command.name]))
            modules.setdefault(f"plumbline.{command.target.partition(':')[0]}", []).append(f"`{words}`")
    spent = {name: measure.module(name, runs) for name in modules}
    for name in sorted(modules, key=lambda name: -spent[name]):
        if spent[name] > _HEAVY:
            yield f"`{name}`", ", ".join(modules[name]), f"{spent[name]:.1f}"


def _table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


if __name__ == "__main__":
    os.environ.update(runtime.pinned())
    main()
