"""What a run says: what it measured, what it judged, and which of that is an alert."""

from datetime import datetime
from typing import Literal

import msgspec

from plumbline.bundle.contract import Task
from services.monitor.app.classes import ClassErrors
from services.monitor.app.drift import Drift
from services.monitor.app.errors import Errors, Slice
from services.monitor.app.quality import Quality
from services.monitor.app.store import Window

Finding = Literal[
    "quality", "drift", "drift-of-scores", "drift-of-target", "error", "coverage", "calibration", "actuals"
]


class Actuals(msgspec.Struct, frozen=True):
    """Actuals of the predictions whose grace ended within the window; `lateness_days` is their median age."""

    due: int
    share: float | None
    lateness_days: float | None


class Verdict(msgspec.Struct, frozen=True):
    """What was judged, and how; what was not judged has no verdict.

    Attributes:
        finding: What is looked at.
        column: Of the contract, or a class, where each has a verdict of its own; else empty.
        raised: Whether somebody should look.
        text: What an alert says; empty unless it is raised.
    """

    finding: Finding
    column: str
    raised: bool
    text: str

    @property
    def name(self) -> str:
        """The name of the alert that it raises."""
        return f"{self.finding}:{self.column}" if self.column else self.finding


class Alert(msgspec.Struct, frozen=True):
    """Something that somebody should look at; `new` unless an earlier run raised it and none has closed it since."""

    name: str
    text: str
    since: datetime
    new: bool


class Findings(msgspec.Struct, frozen=True):
    """All that a run finds.

    Attributes:
        rows: Predictions of the window.
        drift: By feature; empty with too few rows.
        score_drift: By class, of its probability; empty for a regression and with too few rows.
        target_drift: None with too few actuals.
        errors: Of the actuals that came within the window; None with too few.
        promised: Share of the actuals that the bundle's interval, or set, is made to hold.
        notes: What was not judged, and why.
        verdicts: Of all that was judged; the alerts are those that are raised.
    """

    bundle_sha256: str
    model: str
    task: Task
    target: str
    unit: str
    window: Window
    rows: int
    quality: list[Quality]
    drift: list[Drift]
    score_drift: list[Drift]
    target_drift: Drift | None
    errors: Errors | ClassErrors | None
    promised: float
    slices: list[Slice]
    actuals: Actuals
    notes: list[str]
    verdicts: list[Verdict]
    alerts: list[Alert]
