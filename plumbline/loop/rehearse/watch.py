"""The monitor, run as the job that it is, and what it said."""

import datetime
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plumbline.kernel import jsonfile
from plumbline.kernel.errors import PlumblineError
from plumbline.loop.rehearse.serving import STORE, Champion

REPORTS = Path("reports/monitor")
_FINE, _ALERT = 0, 3


@dataclass(frozen=True)
class Seen:
    """What the monitor saw of one bundle in one window.

    Attributes:
        rows: Predictions.
        loss: The judged error of the actuals that came, with the bounds of its interval; None if too few came.
        drifted: The features that drifted.
        alerts: Names of the open alerts.
        texts: What they say.
    """

    rows: int
    loss: tuple[float, float, float] | None
    drifted: list[str]
    alerts: list[str]
    texts: list[str]


def now() -> datetime.datetime:
    """Give the time, as windows are bounded by it."""
    return datetime.datetime.now(datetime.UTC)


def look(name: str, bundle: Champion, since: datetime.datetime, until: datetime.datetime) -> Seen:
    """Run the monitor on a window; its report goes to a folder named `name`.

    Raises:
        PlumblineError: It failed, or its exit status is not what its report says.
    """
    folder = REPORTS / name
    environment = {
        "MONITOR_BUNDLE_URI": bundle.uri,
        "MONITOR_BUNDLE_SHA256": bundle.sha256,
        "MONITOR_STORE_URL": f"sqlite:///{STORE}",
        "MONITOR_REPORTS": str(folder),
        "MONITOR_LOG_LEVEL": "warning",
    }
    window = ["--since", since.isoformat(), "--until", until.isoformat()]
    command = [sys.executable, "-m", "services.monitor.app", *window]
    done = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=False)
    if done.returncode not in (_FINE, _ALERT):
        raise PlumblineError(f"the monitor failed with {done.returncode}: {done.stderr.strip()}")
    written = sorted(folder.glob("*/report.json"))
    if len(written) != 1:
        raise PlumblineError(f"the monitor should have left one report in {folder}, and left {len(written)}")
    seen = _read(jsonfile.read(written[0]))
    if bool(seen.alerts) != (done.returncode == _ALERT):
        raise PlumblineError(f"the monitor ended with {done.returncode} and reported the alerts {seen.alerts}")
    return seen


def _read(report: dict[str, Any]) -> Seen:
    errors = report["errors"] or {}
    judged = errors.get("mae") or errors.get("log_loss")
    return Seen(
        rows=report["rows"],
        loss=tuple(judged[key] for key in ("value", "low", "high")) if judged else None,
        drifted=[item["name"] for item in report["drift"] if item["drifted"]],
        alerts=[item["name"] for item in report["alerts"]],
        texts=[item["text"] for item in report["alerts"]],
    )
