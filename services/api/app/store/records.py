"""Predictions and actuals: what is written, and how it is read again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Dialect, Insert, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import RowMapping

from services.common.problems import Problem, Violation
from services.common.store.schema import actuals, models, predictions, replays

_MARGIN = 100  # times as far from zero as the prediction's interval


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


def record_actual(connection: Connection, key_id: str, identifier: str, value: float | str, now: datetime) -> bool:
    """Write what turned out to be true; the same value again changes nothing.

    Returns:
        Whether it is new.

    Raises:
        Problem: 404 if there is no such prediction; 409 if another value is recorded; 422 if the value cannot be one of
            what was predicted.
    """
    found = find(connection, key_id, identifier)
    label = None if found["label"] is None else str(value)
    number = _number(value, found) if label is None else _place(value, found["probabilities"])
    if found["actual"] is None:
        row = {"prediction_id": identifier, "value": number, "label": label, "recorded_at": now}
        connection.execute(insert(actuals), row)
        return True
    if (found["actual"], found["actual_label"]) != (number, label):
        text = f"The actual value of this prediction is recorded as {found['actual_label'] or found['actual']}."
        raise Problem(409, "conflict", text)
    return False


def _place(value: float | str, probabilities: str) -> int:
    """Give a class's position among those that were predicted."""
    classes = list(msgspec.json.decode(probabilities))
    if value not in classes:
        shown = f"{value[:80]!r}" if isinstance(value, str) else f"{value:g}"
        raise _invalid("enum", f"is {shown}; what was predicted is one of {', '.join(classes)}")
    return classes.index(value)


def _number(value: float | str, found: RowMapping) -> float:
    """Refuse a value that no model's error explains, for it cannot be taken back: a wrong sign or unit, a slip."""
    if isinstance(value, str):
        raise _invalid("type", "must be a number, not a string")
    lower, upper = found["lower"], found["upper"]
    most = max(_MARGIN * max(abs(lower), abs(upper)), 1.0)
    least, most = (0.0 if lower > 0 else -most), (0.0 if upper < 0 else most)
    if not least <= value <= most:
        text = f"is {value:g}; after a prediction from {lower:g} to {upper:g}, it must be from {least:g} to {most:g}"
        raise _invalid("range", text)
    return value


def _invalid(rule: str, text: str) -> Problem:
    return Problem(422, "invalid-input", "The actual value is not valid.", [Violation("/value", rule, text)])


def _joined(*more: Any) -> Any:
    return (
        select(
            predictions,
            models.c.name.label("model_name"),
            models.c.version.label("model_version"),
            models.c.bundle_sha256,
            actuals.c.value.label("actual"),
            actuals.c.label.label("actual_label"),
            *more,
        )
        .join(models, models.c.id == predictions.c.model_id)
        .outerjoin(actuals, actuals.c.prediction_id == predictions.c.id)
    )
