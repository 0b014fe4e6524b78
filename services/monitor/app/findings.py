"""What a run finds, and which of it is an alert."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Literal

import msgspec
from sqlalchemy import Engine

from plumbline.bundle.reading import Bundle
from services.monitor.app import drift, errors, quality, store
from services.monitor.app.drift import Drift
from services.monitor.app.errors import Errors, Slice
from services.monitor.app.quality import Quality
from services.monitor.app.settings import Settings
from services.monitor.app.store import Row, Window

Finding = Literal["quality", "drift", "drift-of-target", "error", "coverage", "actuals"]


class Actuals(msgspec.Struct, frozen=True):
    """Actuals of the predictions whose grace ended within the window; `lateness_days` is their median age."""

    due: int
    share: float | None
    lateness_days: float | None


class Verdict(msgspec.Struct, frozen=True):
    """What was judged, and how; what was not judged has no verdict.

    Attributes:
        finding: What is looked at.
        column: Of the contract, where each has a verdict of its own; else empty.
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
        target_drift: None with too few actuals.
        errors: Of the actuals that came within the window; None with too few.
        promised: Share of the actuals that the bundle's interval is made to hold.
        notes: What was not judged, and why.
        verdicts: Of all that was judged; the alerts are those that are raised.
    """

    bundle_sha256: str
    model: str
    target: str
    unit: str
    window: Window
    rows: int
    quality: list[Quality]
    drift: list[Drift]
    target_drift: Drift | None
    errors: Errors | None
    promised: float
    slices: list[Slice]
    actuals: Actuals
    notes: list[str]
    verdicts: list[Verdict]
    alerts: list[Alert]


class Seen(msgspec.Struct, frozen=True):
    """What a run reads from the store.

    Attributes:
        predicted: Predictions made within the window.
        true: Predictions whose actual came within the window.
        due: Predictions whose grace ended within the window.
        known: Alerts that earlier runs raised and none has closed, with the time of the first.
    """

    predicted: list[Row]
    true: list[Row]
    due: list[Row]
    known: dict[str, datetime]


def find(engine: Engine, bundle: Bundle, settings: Settings, window: Window) -> Findings:
    """Look at the store; nothing is written."""
    seen = Seen(
        store.predicted(engine, bundle.sha256, window),
        store.came_true(engine, bundle.sha256, window),
        store.due(engine, bundle.sha256, window, timedelta(days=settings.grace_days)),
        store.open_alerts(engine, bundle.sha256),
    )
    found = judge(seen, bundle, settings, window)
    if not found.errors:
        return found
    categories = [column.name for column in bundle.contract.columns if column.type == "category"]
    return msgspec.structs.replace(found, slices=errors.slices(seen.true, categories, settings.min_actuals))


def judge(seen: Seen, bundle: Bundle, settings: Settings, window: Window) -> Findings:
    """Judge what was read; the slices, which raise no alert, are left out."""
    rows, true = seen.predicted, seen.true
    enough, judged = len(rows) >= settings.min_rows, len(true) >= settings.min_actuals
    notes = []
    if not rows:
        notes.append("No predictions of this bundle in the window.")
    elif not enough:
        notes.append(f"{len(rows)} predictions; drift is tested from {settings.min_rows} (MONITOR_MIN_ROWS).")
    if not judged:
        notes.append(f"{len(true)} actuals; errors are judged from {settings.min_actuals} (MONITOR_MIN_ACTUALS).")
    columns = {column.name: [row.input.get(column.name) for row in rows] for column in bundle.contract.columns}
    target = {"target": [row.actual for row in true]}
    against = {"target": bundle.reference.target}
    alpha, psi = settings.alpha, settings.min_psi
    found = Findings(
        bundle_sha256=bundle.sha256,
        model=bundle.contract.model,
        target=bundle.contract.target.name,
        unit=bundle.contract.target.unit,
        window=window,
        rows=len(rows),
        quality=quality.check([row.input for row in rows], bundle.contract),
        drift=drift.compare(columns, bundle.reference.features, alpha, psi) if enough else [],
        target_drift=drift.compare(target, against, alpha, psi)[0] if judged else None,
        errors=errors.measure(true) if judged else None,
        promised=bundle.contract.coverage,
        slices=[],
        actuals=_actuals(seen.due),
        notes=notes,
        verdicts=[],
        alerts=[],
    )
    verdicts = list(_verdicts(found, settings, bundle.lineage.metrics.get("mae")))
    alerts = [
        Alert(item.name, item.text, seen.known.get(item.name, window.until), item.name not in seen.known)
        for item in verdicts
        if item.raised
    ]
    return msgspec.structs.replace(found, verdicts=verdicts, alerts=alerts)


def _actuals(rows: list[Row]) -> Actuals:
    if not rows:
        return Actuals(0, None, None)
    ages = sorted((row.recorded_at - row.created_at).total_seconds() / 86400 for row in rows if row.recorded_at)
    return Actuals(len(rows), len(ages) / len(rows), ages[len(ages) // 2] if ages else None)


def _verdicts(found: Findings, settings: Settings, mae: float | None) -> Iterator[Verdict]:
    if found.rows >= settings.min_rows:
        for item in found.quality:
            text = f"{item.invalid} of {item.rows} values of {item.name} break the contract"
            yield _verdict("quality", item.invalid / item.rows > settings.max_invalid, text, item.name)
    for feature in found.drift:
        text = f"{feature.name} has drifted: PSI {feature.psi:.2f}, q {feature.q:.1g}"
        yield _verdict("drift", feature.drifted, text, feature.name)
    if found.target_drift:
        text = f"{found.target} has drifted: PSI {found.target_drift.psi:.2f}"
        yield _verdict("drift-of-target", found.target_drift.drifted, text)
    if found.errors and mae:
        measured = found.errors.mae
        text = f"the mean absolute error is {measured.value:,.4g}; in the evaluation it was {mae:,.4g}"
        yield _verdict("error", measured.low > settings.max_error_ratio * mae, text)
    if found.errors:
        share, tolerance = found.errors.coverage, settings.coverage_tolerance
        missed = share.high < found.promised - tolerance or share.low > found.promised + tolerance
        text = f"{share.value:.0%} of the actuals lie in their interval; it promises {found.promised:.0%}"
        yield _verdict("coverage", missed, text)
    if found.actuals.share is not None and found.actuals.due >= settings.min_rows:
        text = f"{found.actuals.share:.0%} of the actuals that are due have come"
        yield _verdict("actuals", found.actuals.share < settings.min_actuals_share, text)


def _verdict(finding: Finding, raised: bool, text: str, column: str = "") -> Verdict:
    return Verdict(finding, column, raised, text if raised else "")
