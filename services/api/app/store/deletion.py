"""Predictions that are deleted, with their actuals and with the answers kept for repeated requests."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, select

from services.common.store.schema import actuals, predictions, replays

GROUP = 2_000  # predictions deleted in one transaction: a writer of the api waits no longer than for one


def of_customer(connection: Connection, customer: str, key_id: str | None = None) -> int:
    """Delete at most `GROUP` predictions about a customer.

    Args:
        connection: In a transaction.
        customer: The reference.
        key_id: Only those that this key asked for; None for all.

    Returns:
        How many were deleted; fewer than `GROUP` when none is left.
    """
    mine = [predictions.c.customer == customer]
    kept = [replays.c.customer == customer]
    if key_id is not None:
        mine.append(predictions.c.key_id == key_id)
        kept.append(replays.c.key_id == key_id)
    return _delete(connection, mine, kept)


def before(connection: Connection, moment: datetime) -> int:
    """Delete at most `GROUP` predictions made before a moment; give how many."""
    return _delete(connection, [predictions.c.created_at < moment], [replays.c.created_at < moment])


def all_of(begin: Callable[[], AbstractContextManager[Connection]], group: Callable[[Connection], int]) -> int:
    """Run `group`, a transaction each time, until it finds no more; give how many were deleted.

    A kill leaves whole transactions: the next run deletes the rest.
    """
    total = 0
    while True:
        with begin() as connection:
            done = group(connection)
        total += done
        if done < GROUP:
            return total


def _delete(connection: Connection, mine: list[ColumnElement[bool]], kept: list[ColumnElement[bool]]) -> int:
    found = connection.execute(select(predictions.c.id).where(*mine).limit(GROUP)).scalars().all()
    connection.execute(delete(replays).where(*kept))
    connection.execute(delete(actuals).where(actuals.c.prediction_id.in_(found)))
    connection.execute(delete(predictions).where(predictions.c.id.in_(found)))
    return len(found)
