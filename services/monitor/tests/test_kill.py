"""The job is killed with SIGKILL at any moment: the next run finishes its work, and nothing is doubled."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from services.common.tests.running import ROOT
from services.monitor.app import store as stores
from services.monitor.tests.conftest import UNTIL, Store, drifted

pytestmark = pytest.mark.slow

ALERT = 3


def start(store: Store, reports: Path) -> subprocess.Popen[str]:
    settings = {
        "MONITOR_BUNDLE_URI": str(store.folder),
        "MONITOR_BUNDLE_SHA256": store.sha256,
        "MONITOR_STORE_URL": store.url,
        "MONITOR_REPORTS": str(reports),
    }
    command = [sys.executable, "-m", "services.monitor.app", "--until", UNTIL.isoformat()]
    return subprocess.Popen(command, cwd=ROOT, env=os.environ | settings, text=True, stdout=subprocess.PIPE)


def kill(job: subprocess.Popen[str]) -> None:
    job.send_signal(signal.SIGKILL)
    job.communicate()


def check_finished(store: Store, reports: Path) -> None:
    """Run it again, and find one report and one alert, which only the first finished run called new."""
    done = start(store, reports)
    said, _ = done.communicate()
    (folder,) = reports.iterdir()

    assert done.returncode == ALERT
    assert sorted(path.name for path in folder.iterdir()) == ["metrics.prom", "report.html", "report.json"]
    assert [alert["name"] for alert in json.loads((folder / "report.json").read_text())["alerts"]] == ["drift:light"]
    assert said.count("light has drifted") == 1
    assert list(stores.open_alerts(store.engine, store.sha256)) == ["drift:light"]


@pytest.mark.parametrize("name", [".report.json", "report.json", ".report.html", "report.html", "metrics.prom"])
def test_a_run_that_is_killed_when_a_file_appears_is_finished_by_the_next(
    store: Store, tmp_path: Path, name: str
) -> None:
    store.fill(drifted(), actual_after=None)
    reports = tmp_path / "reports"

    job = start(store, reports)
    while job.poll() is None and not list(reports.glob(f"*/{name}")):
        time.sleep(0.0005)
    kill(job)

    check_finished(store, reports)


def test_runs_that_are_killed_again_and_again_at_random_leave_what_one_run_leaves(store: Store, tmp_path: Path) -> None:
    store.fill(drifted(), actual_after=None)
    reports = tmp_path / "reports"
    begin = time.monotonic()
    start(store, tmp_path / "measured").communicate()
    whole = time.monotonic() - begin
    stores.remember(store.engine, store.sha256, {})
    moments = random.Random(1)

    for _ in range(10):
        job = start(store, reports)
        time.sleep(moments.uniform(0.3, 1.0) * whole)
        kill(job)
        assert all(json.loads(path.read_text())["alerts"] for path in reports.glob("*/report.json"))

    check_finished(store, reports)
