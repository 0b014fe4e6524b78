"""Two runs over the same tests, the second of which runs only what the first did not pass.

`pytest --passed-to FILE` keeps the names of the tests that passed; `pytest --but-passed FILE` leaves these out, and
says how many. What was skipped, failed, or was not asked for runs. With both, what is left out is kept, too. The file
holds for the tree and the Python that it was made with: a change of one byte of the tree, and everything runs.
"""

import functools
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from plumbline.kernel import jsonfile
from plumbline.kernel.hashing import digest

_COUNT = pytest.StashKey[int]()
_WORKERS = "plumbline_left_out"  # under which a worker is told the file, and tells its count


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the two options."""
    group = parser.getgroup("plumbline")
    group.addoption("--passed-to", metavar="FILE", help="keep the names of the tests that pass")
    group.addoption("--but-passed", metavar="FILE", help="leave out the tests that passed when FILE was written")


def pytest_configure(config: pytest.Config) -> None:
    """Listen in the process that hears of all tests."""
    if hasattr(config, "workerinput"):
        return
    before = config.getoption("--but-passed")
    if file := config.getoption("--passed-to"):
        config.pluginmanager.register(_Keeper(config.rootpath, Path(file), before), "plumbline-passed")
    if before:
        config.pluginmanager.register(_Teller(config, Path(before)), "plumbline-left-out")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what passed; each worker does, and all find the same."""
    # A worker knows the options of the command line alone, and not those of PYTEST_ADDOPTS.
    file = getattr(config, "workerinput", {}).get(_WORKERS) or config.getoption("--but-passed")
    if not file:
        return
    known = read(config.rootpath, Path(file))[0]
    gone = [item for item in items if item.nodeid in known]
    items[:] = [item for item in items if item.nodeid not in known]
    config.hook.pytest_deselected(items=gone)
    config.stash[_COUNT] = len(gone)
    if hasattr(config, "workeroutput"):
        config.workeroutput[_WORKERS] = len(gone)


@functools.cache
def read(root: Path, file: Path) -> tuple[frozenset[str], str]:
    """Give the names of the tests that passed, and why there are none."""
    try:
        kept = jsonfile.read(root / file)
        made, names = dict(kept["made_with"]), frozenset(kept["passed"])
    except (OSError, ValueError, KeyError, TypeError):
        return frozenset(), f"{file} is not there, or not what --passed-to writes"
    now = _circumstances(root)
    if other := sorted(name for name in made.keys() | now if made.get(name) != now.get(name)):
        more = f" and {len(other) - 1} more" if len(other) > 1 else ""
        return frozenset(), f"{file} was made with another {other[0]}{more}"
    return names, ""


def _circumstances(root: Path) -> dict[str, str]:
    """Give the Python, and the sha256 of each file that git tracks or would track; of one that is gone, nothing."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=root, capture_output=True, check=True).stdout
    files = {name: root / name for name in listed.decode("utf-8", "backslashreplace").split("\0")[:-1]}
    return {"Python": sys.version} | {name: digest(path) if path.is_file() else "" for name, path in files.items()}


class _Keeper:
    """Writes the names of the tests that passed, set-up and tear-down included."""

    def __init__(self, root: Path, file: Path, before: str | None) -> None:
        self._root = root
        self._file = root / file
        self._made_with = _circumstances(root)
        self._passed = set(read(root, Path(before))[0]) if before else set()
        self._failed: set[str] = set()
        if not self._passed:
            self._file.unlink(missing_ok=True)  # of a run before this one

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._failed.add(report.nodeid)
        elif report.when == "call" and report.passed:
            self._passed.add(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        if self._made_with == _circumstances(self._root):  # nobody changed the tree under the tests
            kept = {"made_with": self._made_with, "passed": sorted(self._passed - self._failed)}
            jsonfile.write(self._file, kept)
        else:
            self._file.unlink(missing_ok=True)


class _Teller:
    """Says how many tests are left out, or why none is."""

    def __init__(self, config: pytest.Config, file: Path) -> None:
        self._config = config
        self._file = file
        self._why = read(config.rootpath, file)[1]

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        node.workerinput[_WORKERS] = str(self._file)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        self._config.stash[_COUNT] = getattr(node, "workeroutput", {}).get(_WORKERS, 0)

    def pytest_report_header(self) -> str:
        return (
            f"no test is left out: {self._why}" if self._why else f"what passed in the run of {self._file} is left out"
        )

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self._why:
            terminalreporter.write_line(f"no test is left out: {self._why}", yellow=True)
        else:
            count = self._config.stash.get(_COUNT, 0)
            terminalreporter.write_line(f"{count} tests are left out: they passed in the run of {self._file}")
