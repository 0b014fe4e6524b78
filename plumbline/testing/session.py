"""How a run of many tests is spread over the cores, watched and reported; a single file runs as it always did."""

from collections import defaultdict
from pathlib import Path

import pytest

from plumbline.testing.progress import Progress
from plumbline.testing.run import cores
from plumbline.testing.times import Times, read, read_budgets

SLOW, USUAL = 20.0, 0.2  # seconds to expect of a test that never ran here


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Give each core a worker, but run what names a file or a test in this process."""
    if any(Path(argument.partition("::")[0]).suffix == ".py" for argument in config.args):
        return 0
    return cores()


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Watch the run, in the process that a person looks at."""
    workers = config.getoption("numprocesses", default=0)
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if not workers or hasattr(config, "workerinput") or reporter is None:
        return
    config.pluginmanager.register(Times(config.rootpath), "plumbline-times")
    if reporter.verbosity == 0:
        config.pluginmanager.register(Progress(reporter, workers, read(config.rootpath)), "plumbline-progress")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the files that take longest, so that no core waits for one at the end; as all workers know them."""
    if not hasattr(config, "workerinput"):
        return
    known = read(config.rootpath)
    of_slow = read_budgets(config.rootpath).get("slow", {})
    spent: defaultdict[str, float] = defaultdict(float)
    for item in items:
        guess = of_slow.get(_file(item), SLOW) if item.get_closest_marker("slow") else USUAL
        spent[_file(item)] += known.get(item.nodeid, guess)
    items.sort(key=lambda item: -spent[_file(item)])  # stable: a file's order stays


def _file(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]
