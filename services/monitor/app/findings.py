"""What a run finds in the store."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import Engine

from plumbline.bundle.contract import Contract
from plumbline.bundle.reading import Bundle
from services.monitor.app import classes, drift, errors, quality, store, verdicts
from services.monitor.app.classes import ClassErrors
from services.monitor.app.errors import Errors
from services.monitor.app.report import Actuals, Alert, Findings
from services.monitor.app.settings import Settings
from services.monitor.app.store import Row, Window


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
    contract = bundle.contract
    categories = [column.name for column in contract.columns if column.type == "category"]
    slices = errors.slices(seen.true, categories, settings.min_actuals, lambda rows: _measure(rows, contract))
    return msgspec.structs.replace(found, slices=slices)


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
    contract = bundle.contract
    columns = {
        column.name: drift.plain([row.input.get(column.name) for row in rows], column) for column in contract.columns
    }
    scores = {
        name: [row.probabilities.get(name) for row in rows]
        for name in (classes.judged(contract) if contract.task != "regression" else [])
    }
    target = {"target": [row.actual for row in true]}
    against = {"target": bundle.reference.target}
    alpha, psi = settings.alpha, settings.min_psi
    found = Findings(
        bundle_sha256=bundle.sha256,
        model=contract.model,
        task=contract.task,
        target=contract.target.name,
        unit=contract.target.unit,
        window=window,
        rows=len(rows),
        quality=quality.check([row.input for row in rows], contract),
        drift=drift.compare(columns, bundle.reference.features, alpha, psi) if enough else [],
        score_drift=drift.compare(scores, bundle.reference.outputs, alpha, psi) if enough else [],
        target_drift=drift.compare(target, against, alpha, psi)[0] if judged else None,
        errors=_measure(true, contract) if judged else None,
        promised=contract.coverage,
        slices=[],
        actuals=_actuals(seen.due),
        notes=notes,
        verdicts=[],
        alerts=[],
    )
    judgements = list(verdicts.of(found, settings, bundle.lineage.metrics))
    alerts = [
        Alert(item.name, item.text, seen.known.get(item.name, window.until), item.name not in seen.known)
        for item in judgements
        if item.raised
    ]
    return msgspec.structs.replace(found, verdicts=judgements, alerts=alerts)


def _actuals(rows: list[Row]) -> Actuals:
    if not rows:
        return Actuals(0, None, None)
    ages = sorted((row.recorded_at - row.created_at).total_seconds() / 86400 for row in rows if row.recorded_at)
    return Actuals(len(rows), len(ages) / len(rows), ages[len(ages) // 2] if ages else None)


def _measure(rows: Sequence[Row], contract: Contract) -> Errors | ClassErrors:
    return errors.measure(rows) if contract.task == "regression" else classes.measure(rows, contract)
