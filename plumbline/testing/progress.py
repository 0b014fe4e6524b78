"""Progress of a run of many tests: what runs, how far it is and what is left; the first failure at once."""

import statistics
import time
from pathlib import Path
from typing import Any

import pytest

STEP, SECONDS = 10, 30  # at most between two lines where the output is no terminal: percent, and time


def duration(seconds: float) -> str:
    """Write a duration as minutes and seconds."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


class Progress:
    """Takes the place of the dots; `known` gives the seconds that each test took the last time."""

    def __init__(self, reporter: pytest.TerminalReporter, workers: int, known: dict[str, float]) -> None:
        self._reporter = reporter
        self._workers = max(workers, 1)
        self._known = known
        self._usual = statistics.fmean(known.values()) if known else None
        self._began = time.monotonic()
        self._left: set[str] = set()
        self._running: dict[str, None] = {}
        self._total = self._failed = self._said = 0
        self._spoke = self._began

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        """Learn which tests there are, from the first worker that says it."""
        if not self._total:
            self._left, self._total = set(ids), len(ids)

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: Any) -> tuple[str, str, str] | None:
        """Print no dot, which would stand in the line of the progress."""
        if hasattr(report, "wasxfail") or (report.passed and report.when != "call"):
            return None
        return "error" if report.failed and report.when != "call" else report.outcome, "", ""

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Note what runs."""
        self._running[nodeid] = None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Show a failure at once, the first as a whole."""
        if report.failed:
            self._show(report)
        if report.when == "teardown":
            self._running.pop(report.nodeid, None)
            self._left.discard(report.nodeid)
            self._tell()

    def _show(self, report: pytest.TestReport) -> None:
        self._failed += 1
        self._reporter.ensure_newline()
        if self._failed == 1:
            self._reporter.write_sep("_", f"first failure: {report.nodeid}", red=True)
            report.toterminal(self._reporter._tw)
        else:
            self._reporter.write_line(f"failed: {report.nodeid}", red=True)

    def _tell(self) -> None:
        done = self._total - len(self._left)
        percent = 100 * done // self._total if self._total else 100
        files = dict.fromkeys(Path(name.partition("::")[0]).as_posix() for name in self._running)
        line = f"{done} of {self._total} tests ({percent} %), {self._failed} failed, {self._clock(done)}"
        if self._reporter.isatty:
            width = self._reporter._tw.fullwidth - 1
            now = f"{line}; now {', '.join(files)}" if files else line
            self._reporter.rewrite(now[:width], erase=True)
        elif percent >= self._said + STEP or not self._left or time.monotonic() >= self._spoke + SECONDS:
            self._said, self._spoke = percent - percent % STEP, time.monotonic()
            self._reporter.write_line(f"{line}; now {', '.join(files)}" if files else line)

    def _clock(self, done: int) -> str:
        gone = time.monotonic() - self._began
        if self._usual is not None:
            ahead = sum(self._known.get(name, self._usual) for name in self._left) / self._workers
        else:
            ahead = gone / max(done, 1) * len(self._left)
        return f"{duration(gone)} gone, about {duration(ahead)} left"
