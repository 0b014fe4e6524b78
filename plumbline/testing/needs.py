"""What a test needs beyond Python, git and make, tried once a session in the way that tests use it.

A file or a test says `@pytest.mark.needs("terraform")`, a fixture calls `require("terraform")`. Present is not usable:
where the trial fails, the test is skipped, and one line a tool at the end of the run says what was not tested and how
to have it. Where PLUMBLINE_REQUIRE_TOOLS is true, a skip is a failure.
"""

import json
import os
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Generator, Iterable
from pathlib import Path
from typing import TypeVar

import filelock
import pytest

from plumbline.kernel.config import settings
from plumbline.kernel.errors import PlumblineError
from plumbline.testing.trials import TOOLS, UnusableError

SESSION = "PYTEST_SESSION_FOLDER"  # of what the workers of a session tell each other
REQUIRED = "PLUMBLINE_REQUIRE_TOOLS is set, so this may not be skipped: "
SKIPPED = re.compile(r"^not usable: (?P<title>.+?) \((?P<reason>.*)\): (?P<remedy>.*)$", re.DOTALL)

Value = TypeVar("Value")
Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


def once(name: str, make: Callable[[], Value]) -> Value:
    """Give what `make` gives, which JSON can hold, from its one call in this session, whichever worker asks first."""
    if SESSION not in os.environ:  # a program that is no test, such as tests.acceptance.cluster
        return make()
    known = Path(os.environ[SESSION], f"{name}.json")
    with filelock.FileLock(f"{known}.lock"):
        if not known.exists():
            known.write_text(json.dumps(make()))
        value: Value = json.loads(known.read_text())
        return value


def complaint(name: str) -> str:
    """Say why the tool cannot be used, from its one trial in this session; nothing if it can."""

    def tried() -> str:
        try:
            TOOLS[name].trial()
        except UnusableError as error:
            return str(error)
        return ""

    return once(f"tool-{name}", tried)


def require(name: str) -> None:
    """Skip the test that calls this, unless the tool can be used."""
    if reason := complaint(name):
        pytest.skip(f"not usable: {TOOLS[name].title} ({reason}): {TOOLS[name].remedy}")


def summary(reasons: Iterable[str]) -> list[str]:
    """Tell in one line a tool, or another reason, how many tests were skipped for it, the most first."""
    lines = []
    for text, count in Counter(reasons).most_common():
        tests = f"{count} test{'s' * (count != 1)}"
        if match := SKIPPED.match(text):
            lines.append(f"not tested here: {match['title']} ({match['reason']}): {tests}; {match['remedy']}")
        else:
            lines.append(f"not tested here: {text}: {tests}")
    return lines


def reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    """Give the reason of a skipped test."""
    text = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return text.removeprefix("Skipped: ")


class Strictness:
    """Makes a skipped test or file a failure; only `cloud` tests may be skipped."""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Judge a test."""
        return self._judged((yield))

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """Judge a file."""
        return self._judged((yield))

    @staticmethod
    def _judged(report: Report) -> Report:
        expected = hasattr(report, "wasxfail") or "cloud" in getattr(report, "keywords", ())
        if report.skipped and not expected:
            report.longrepr = f"{REQUIRED}{reason(report)}"
            report.outcome = "failed"
        return report


def pytest_configure(config: pytest.Config) -> None:
    """Make the folder of the session, and be strict where that is asked for."""
    config.addinivalue_line("markers", "needs(*tools): what the test needs beyond Python, git and make")
    if _required():
        config.pluginmanager.register(Strictness(), "plumbline-strictness")
    if SESSION not in os.environ:
        os.environ[SESSION] = tempfile.mkdtemp(prefix="plumbline-tests-")
        config.add_cleanup(lambda: shutil.rmtree(os.environ.pop(SESSION), ignore_errors=True))


def _required() -> bool:
    try:
        return settings().require_tools
    except PlumblineError as error:
        raise pytest.UsageError(str(error)) from None


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Try what the test needs before its fixtures are made."""
    for marker in item.iter_markers("needs"):
        for name in marker.args:
            require(name)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was not tested, and how to have it."""
    for line in summary(reason(report) for report in terminalreporter.stats.get("skipped", [])):
        terminalreporter.write_line(line, yellow=True)
