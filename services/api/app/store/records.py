"""Predictions and actuals: what is written, and how it is read again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Dialect, Insert, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import RowMapping

from services.common.problems import Problem
from services.common.store.schema import actuals, models, predictions, replays


class Replay(msgspec.Struct, frozen=True):
    """An answer that is given again when its request is repeated.

    Attributes:
        body_sha256: Of the request, so that a key used for another request is noticed.
        answer: The answer's body.
        media_type: Of the answer.
        customer: Whom the rows are about, if the request says so.
    """

    key_id: str
    idempotency_key: str
    body_sha256: bytes
    answer: bytes
    media_type: str
    created_at: datetime
    customer: str | None = None


class Batch(msgspec.Struct, frozen=True):
    """Everything that one request writes.

    Attributes:
        rows: Values of the predictions table.
        model: Values of the models table, if this worker has not written them yet.
        replay: The answer to keep, if the request has an idempotency key.
    """

    rows: list[dict[str, Any]]
    model: dict[str, Any] | None = None
    replay: Replay | None = None

    def __call__(self, connection: Connection) -> None:
        """Write."""
        if self.model:
            connection.execute(_ignoring(connection.dialect, models), self.model)
        connection.execute(insert(predictions), self.rows)
        if self.replay:
            connection.execute(insert(replays), msgspec.structs.asdict(self.replay))


def _ignoring(dialect: Dialect, table: Any) -> Insert:
    """Give an INSERT that leaves a row alone that is already there."""
    if dialect.name == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()


def find_replay(connection: Connection, key_id: str, idempotency_key: str) -> RowMapping | None:
    """Give the answer that was kept for an idempotency key."""
    where = (replays.c.key_id == key_id, replays.c.idempotency_key == idempotency_key)
    return connection.execute(select(replays).where(*where)).mappings().first()


def page(connection: Connection, key_id: str, before: str | None, limit: int) -> Sequence[RowMapping]:
    """Give predictions of a key, the newest first.

    Args:
        connection: To the database.
        key_id: Whose predictions.
        before: Identifier of the last one of the page before.
        limit: How many.
    """
    query = _joined().where(predictions.c.key_id == key_id)
    if before:
        query = query.where(predictions.c.id < before)
    query = query.order_by(predictions.c.id.desc()).limit(limit)
    return connection.execute(query).mappings().all()


def find(connection: Connection, key_id: str, identifier: str) -> RowMapping:
    """Give one prediction of a key, with the model's description.

    Raises:
        Problem: 404; there is none, or it is somebody else's.
    """
    query = _joined(models.c.description).where(predictions.c.key_id == key_id, predictions.c.id == identifier)
    found = connection.execute(query).mappings().first()
    if found is None:
        raise Problem(404, "not-found", "There is no prediction of yours with this id.")
    return found


def record_actual(connection: Connection, key_id: str, identifier: str, value: float, now: datetime) -> bool:
    """Write what turned out to be true; the same value again changes nothing.

    Returns:
        Whether it is new.

    Raises:
        Problem: 404 if there is no such prediction; 409 if another value is recorded.
    """
    found = find(connection, key_id, identifier)
    if found["actual"] is None:
        row = {"prediction_id": identifier, "value": value, "recorded_at": now}
        connection.execute(insert(actuals), row)
        return True
    if found["actual"] != value:
        text = f"The actual value of this prediction is recorded as {found['actual']}."
        raise Problem(409, "conflict", text)
    return False


def _joined(*more: Any) -> Any:
    return (
        select(
            predictions,
            models.c.name.label("model_name"),
            models.c.version.label("model_version"),
            models.c.bundle_sha256,
            actuals.c.value.label("actual"),
            *more,
        )
        .join(models, models.c.id == predictions.c.model_id)
        .outerjoin(actuals, actuals.c.prediction_id == predictions.c.id)
    )
