"""The api service's store, as the monitor reads it, and the monitor's own table of alerts beside it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import (
    Column,
    DateTime,
    Double,
    Engine,
    MetaData,
    Select,
    String,
    Table,
    Text,
    create_engine,
    inspect,
    select,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

# The columns of services/api/app/store/schema.py that are read here.
_api = MetaData()
_predictions = Table(
    "predictions",
    _api,
    Column("id", String, primary_key=True),
    Column("created_at", DateTime(timezone=True)),
    Column("model_id", String),
    Column("input", Text),
    Column("prediction", Double),
    Column("lower", Double),
    Column("upper", Double),
)
_actuals = Table(
    "actuals",
    _api,
    Column("prediction_id", String, primary_key=True),
    Column("value", Double),
    Column("recorded_at", DateTime(timezone=True)),
)
_models = Table("models", _api, Column("id", String, primary_key=True), Column("bundle_sha256", String))

_own = MetaData()
alerts = Table(
    "monitor_alerts",
    _own,
    Column("bundle_sha256", String(64), primary_key=True),
    Column("name", String(200), primary_key=True),
    Column("since", DateTime(timezone=True), nullable=False, comment="end of the window that raised it"),
)


class StoreError(Exception):
    """The store cannot be used; the message says why."""


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
        StoreError: There is none.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise StoreError("MONITOR_STORE_URL is not the URL of a database") from None
    if parsed.drivername in {"postgresql", "postgres"}:
        engine = create_engine(parsed.set(drivername="postgresql+psycopg"), connect_args={"connect_timeout": 5})
    elif parsed.drivername == "sqlite" and parsed.database:
        if not Path(parsed.database).exists():
            raise StoreError(f"{parsed.database} does not exist: the api service has stored nothing yet")
        engine = create_engine(parsed, connect_args={"timeout": 10})
    else:
        raise StoreError("MONITOR_STORE_URL must be of the form sqlite:///file or postgresql://…")
    with engine.connect() as connection:
        missing = set(_api.tables) - set(inspect(connection).get_table_names())
    if missing:
        raise StoreError(f"the store has no table {', '.join(sorted(missing))}: the api service has stored nothing yet")
    _own.create_all(engine)
    return engine


def predicted(engine: Engine, bundle_sha256: str, window: Window) -> list[Row]:
    """Give what the bundle predicted within the window; an actual counts if it had come by its end."""
    query = _joined(bundle_sha256).where(_within(_predictions.c.created_at, window))
    return _rows(engine, query, window.until)


def came_true(engine: Engine, bundle_sha256: str, window: Window) -> list[Row]:
    """Give the predictions whose actual came within the window, however old they are."""
    query = _joined(bundle_sha256).where(_within(_actuals.c.recorded_at, window))
    return _rows(engine, query, window.until)


def due(engine: Engine, bundle_sha256: str, window: Window, grace: timedelta) -> list[Row]:
    """Give the predictions whose grace for the actual ended within the window."""
    return predicted(engine, bundle_sha256, Window(window.since - grace, window.until - grace))


def open_alerts(engine: Engine, bundle_sha256: str) -> dict[str, datetime]:
    """Give the alerts that earlier runs raised and none has closed, with the time of the first."""
    query = select(alerts.c.name, alerts.c.since).where(alerts.c.bundle_sha256 == bundle_sha256)
    with engine.connect() as connection:
        return {row.name: _utc(row.since) for row in connection.execute(query)}


def remember(engine: Engine, bundle_sha256: str, raised: dict[str, datetime]) -> None:
    """Make `raised` the open alerts, in one transaction."""
    rows = [{"bundle_sha256": bundle_sha256, "name": name, "since": since} for name, since in raised.items()]
    with engine.begin() as connection:
        connection.execute(alerts.delete().where(alerts.c.bundle_sha256 == bundle_sha256))
        if rows:
            connection.execute(alerts.insert(), rows)


def _joined(bundle_sha256: str) -> Select[Any]:
    columns = [getattr(_predictions.c, name) for name in ("created_at", "input", "prediction", "lower", "upper")]
    return (
        select(*columns, _actuals.c.value.label("actual"), _actuals.c.recorded_at)
        .join(_models, _models.c.id == _predictions.c.model_id)
        .outerjoin(_actuals, _actuals.c.prediction_id == _predictions.c.id)
        .where(_models.c.bundle_sha256 == bundle_sha256)
        .order_by(_predictions.c.id)
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
