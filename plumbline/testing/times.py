"""What the tests cost: the ten slowest, the time of each folder beside its budget, and CPU time."""

import json
import resource
import time
import tomllib
from collections import defaultdict
from pathlib import Path

import pytest

BUDGETS = Path("tests/budgets.toml")
KEPT = Path(".plumbline/tests.json")  # the last known time of each test, for the order and the forecast
SLOWEST = 10


def read(root: Path) -> dict[str, float]:
    """Give the last known seconds of each test, by its name; none on a machine that never ran them."""
    try:
        known = json.loads((root / KEPT).read_text())
    except (OSError, ValueError):
        return {}
    return {str(name): float(seconds) for name, seconds in known.items()}


def read_budgets(root: Path) -> dict[str, dict[str, float]]:
    """Give the seconds that each folder may take, `seconds`, and that a slow test of a file takes, `slow`."""
    return tomllib.loads((root / BUDGETS).read_text(encoding="utf-8"))


def by_folder(seconds: dict[str, float]) -> dict[str, float]:
    """Add up the seconds of the tests of each folder."""
    total: defaultdict[str, float] = defaultdict(float)
    for name, spent in seconds.items():
        total[str(Path(name.partition("::")[0]).parent)] += spent
    return dict(total)


def table(seconds: dict[str, float], budgets: dict[str, float]) -> list[str]:
    """Say what the folders took, the dearest first, and which of them are over their budgets."""
    lines = []
    for folder, spent in sorted(by_folder(seconds).items(), key=lambda item: -item[1]):
        budget = budgets.get(folder)
        limit = "no budget" if budget is None else f"of {budget:g} s"
        over = "  over its budget" if budget is not None and spent > budget else ""
        lines.append(f"{spent:7.1f} s {limit:>9}  {folder}{over}")
    return lines


class Times:
    """Collects the seconds of each test, and reports them at the end of a run of many."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._began = time.monotonic()
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._slow: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add what a set-up, a call or a tear-down took."""
        self.seconds[report.nodeid] += report.duration
        if "slow" in report.keywords:
            self._slow.add(report.nodeid)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the times, and keep them."""
        budgets = read_budgets(self._root)["seconds"]
        terminalreporter.write_sep("-", f"{SLOWEST} slowest tests")
        for name, spent in sorted(self.seconds.items(), key=lambda item: -item[1])[:SLOWEST]:
            terminalreporter.write_line(f"{spent:7.1f} s  {name}")
        terminalreporter.write_sep("-", f"seconds by folder, added up over the workers ({BUDGETS})")
        usual = {name: spent for name, spent in self.seconds.items() if name not in self._slow}
        for line in table(usual, budgets):
            terminalreporter.write_line(line, yellow=line.endswith("over its budget"))
        if self._slow:
            spent = sum(self.seconds[name] for name in self._slow)
            terminalreporter.write_line(f"{spent:7.1f} s            slow tests, which have no budget")
        usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        cpu = sum(usage.ru_utime + usage.ru_stime for usage in usages)
        terminalreporter.write_line(f"{time.monotonic() - self._began:.0f} s, {cpu:.0f} s of CPU")
        kept = self._root / KEPT
        kept.parent.mkdir(exist_ok=True)
        known = {
            name: spent for name, spent in read(self._root).items() if (self._root / name.partition("::")[0]).exists()
        }
        kept.write_text(json.dumps(known | self.seconds))
