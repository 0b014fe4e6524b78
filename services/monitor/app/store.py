"""The store, as the monitor reads it, and the alerts that it keeps there."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Engine, Select, select

from services.common.store import database
from services.common.store.schema import actuals, models, monitor_alerts, predictions


class Row(msgspec.Struct, frozen=True):
    """A prediction and, if it has come, its actual; prices in the target's unit."""

    created_at: datetime
    input: dict[str, Any]
    prediction: float
    lower: float
    upper: float
    actual: float | None
    recorded_at: datetime | None


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
    columns = [getattr(predictions.c, name) for name in ("created_at", "input", "prediction", "lower", "upper")]
    return (
        select(*columns, actuals.c.value.label("actual"), actuals.c.recorded_at)
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
    rows = []
    for item in found:
        recorded = _utc(item.recorded_at) if item.recorded_at else None
        known = recorded is not None and recorded < until
        actual, recorded = (item.actual, recorded) if known else (None, None)
        values = msgspec.json.decode(item.input)
        rows.append(Row(_utc(item.created_at), values, item.prediction, item.lower, item.upper, actual, recorded))
    return rows


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)  # SQLite keeps no zone
