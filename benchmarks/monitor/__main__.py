"""Measure how often the monitor alarms for nothing, and what it finds: python -m benchmarks.monitor."""

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from itertools import chain
from pathlib import Path

from benchmarks.monitor import report, trials
from benchmarks.monitor.report import Cell
from benchmarks.monitor.samples import Samples
from benchmarks.monitor.trials import COVERAGE, ERROR, FEATURE, TARGET, Trial

Cases = dict[str, tuple[Trial, tuple[str, ...]]]
SIZES = (100, 300, 1000)  # rows in a window
# What is done to the windows, by title, and the alerts that it can raise.
UNDRIFTED: Cases = {
    "sales at random": (trials.undrifted, (FEATURE, TARGET)),
    "the evaluation's sales": (trials.as_evaluated, (ERROR, COVERAGE)),
}
PLANTED: Cases = (
    {f"a number {size:g} sd higher": (trials.number(size), (FEATURE,)) for size in (0.2, 0.5, 1.0)}
    | {f"one label in {share:.0%} of the rows": (trials.category(share), (FEATURE,)) for share in (0.05, 0.1, 0.2)}
    | {f"prices {rise:.0%} higher": (trials.prices(rise), (TARGET, ERROR, COVERAGE)) for rise in (0.05, 0.1, 0.2)}
)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--undrifted", type=int, default=300, help="windows of each size without a drift")
    parser.add_argument("--planted", type=int, default=100, help="windows of each size and drift")
    parser.add_argument("--output", type=Path, default=Path("benchmarks/monitor/results.md"))
    arguments = parser.parse_args()
    with ProcessPoolExecutor() as pool:
        quiet = pool.map(_count, *zip(*_tasks(UNDRIFTED, arguments.undrifted), strict=True))
        found = pool.map(_count, *zip(*_tasks(PLANTED, arguments.planted), strict=True))
        report.write(arguments.output, SIZES, list(chain(*quiet)), list(chain(*found)))
    sys.stdout.write(f"{arguments.output}\n")


def _tasks(cases: Cases, runs: int) -> list[tuple[str, int, int]]:
    return [(title, size, runs) for title in cases for size in SIZES]


def _count(title: str, size: int, runs: int) -> list[Cell]:
    trial, alerts = (UNDRIFTED | PLANTED)[title]
    raised = trials.count(Samples(), trial, size, runs)
    return [Cell(title, alert, size, raised[alert], runs) for alert in alerts]


if __name__ == "__main__":
    main()
