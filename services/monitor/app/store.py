"""The store, as the monitor reads it, and the alerts that it keeps there."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Engine, Select, select

from services.common.store import database
from services.common.store.schema import actuals, models, monitor_alerts, predictions

_COLUMNS = ("created_at", "input", "prediction", "lower", "upper", "label", "probabilities", "prediction_set")


class Row(msgspec.Struct, frozen=True):
    """A prediction and, if it has come, its actual: numbers in the target's unit, or classes.

    Attributes:
        probabilities: By class; empty where a number is predicted.
        prediction_set: The classes that are not ruled out.
    """

    created_at: datetime
    input: dict[str, Any]
    prediction: float | str
    lower: float
    upper: float
    actual: float | str | None
    recorded_at: datetime | None
    probabilities: dict[str, float] = {}
    prediction_set: list[str] = []


class Window(msgspec.Struct, frozen=True):
    """The time that a run looks at: from `since`, up to but not including `until`."""

    since: datetime
    until: datetime


def connect(url: str) -> Engine:
    """Connect to a store that the api service has made.

    Raises:
        StoreError: There is none, or its schema is not one that this version reads.
    """
    engine = database.connect(url, "MONITOR_STORE_URL", writes=False, seconds=0)  # a window may hold a year
    if engine.dialect.name == "sqlite" and not Path(engine.url.database or "").exists():
        raise database.StoreError(f"{engine.url.database} does not exist: the api service has stored nothing yet")
    database.require(engine)
    return engine


def predicted(engine: Engine, bundle_sha256: str, window: Window) -> list[Row]:
    """Give what the bundle predicted within the window; an actual counts if it had come by its end."""
    query = _joined(bundle_sha256).where(_within(predictions.c.created_at, window))
    return _rows(engine, query, window.until)


def came_true(engine: Engine, bundle_sha256: str, window: Window) -> list[Row]:
    """Give the predictions whose actual came within the window, however old they are."""
    query = _joined(bundle_sha256).where(_within(actuals.c.recorded_at, window))
    return _rows(engine, query, window.until)


def due(engine: Engine, bundle_sha256: str, window: Window, grace: timedelta) -> list[Row]:
    """Give the predictions whose grace for the actual ended within the window."""
    return predicted(engine, bundle_sha256, Window(window.since - grace, window.until - grace))


def open_alerts(engine: Engine, bundle_sha256: str) -> dict[str, datetime]:
    """Give the alerts that earlier runs raised and none has closed, with the time of the first."""
    query = select(monitor_alerts.c.name, monitor_alerts.c.since).where(monitor_alerts.c.bundle_sha256 == bundle_sha256)
    with engine.connect() as connection:
        return {row.name: _utc(row.since) for row in connection.execute(query)}


def remember(engine: Engine, bundle_sha256: str, raised: dict[str, datetime]) -> None:
    """Make `raised` the open alerts, in one transaction."""
    rows = [{"bundle_sha256": bundle_sha256, "name": name, "since": since} for name, since in raised.items()]
    with engine.begin() as connection:
        connection.execute(monitor_alerts.delete().where(monitor_alerts.c.bundle_sha256 == bundle_sha256))
        if rows:
            connection.execute(monitor_alerts.insert(), rows)


def _joined(bundle_sha256: str) -> Select[Any]:
    columns = [getattr(predictions.c, name) for name in _COLUMNS]
    actual = [actuals.c.value.label("actual"), actuals.c.label.label("actual_label"), actuals.c.recorded_at]
    return (
        select(*columns, *actual)
        .join(models, models.c.id == predictions.c.model_id)
        .outerjoin(actuals, actuals.c.prediction_id == predictions.c.id)
        .where(models.c.bundle_sha256 == bundle_sha256)
        .order_by(predictions.c.id)
    )


def _within(column: Any, window: Window) -> Any:
    return (column >= window.since) & (column < window.until)


def _rows(engine: Engine, query: Select[Any], until: datetime) -> list[Row]:
    with engine.connect() as connection:
        found: Sequence[Any] = connection.execute(query).all()
    return [_row(item, until) for item in found]


def _row(item: Any, until: datetime) -> Row:
    recorded = _utc(item.recorded_at) if item.recorded_at else None
    known = recorded is not None and recorded < until
    actual, recorded = (item.actual, recorded) if known else (None, None)
    created, values = _utc(item.created_at), msgspec.json.decode(item.input)
    if item.label is None:
        return Row(created, values, item.prediction, item.lower, item.upper, actual, recorded)
    actual = item.actual_label if known else None
    parts = (msgspec.json.decode(part) for part in (item.probabilities, item.prediction_set))
    return Row(created, values, item.label, item.lower, item.upper, actual, recorded, *parts)


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)  # SQLite keeps no zone
