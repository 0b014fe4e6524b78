"""Writes in groups: whatever waits while one transaction runs is committed together by the next.

One thread writes. A request waits for its own group only, so that a durable write costs each of many
requests a small share of one disk flush.
"""

import asyncio
import queue
import threading
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from services.common import logs
from services.common.problems import Problem, unavailable
from services.common.store import database

_MOST_IN_GROUP = 256
_MOST_WAITING = 4096
_RETRY_AFTER = 2  # seconds
_UNSTORED = "The prediction store cannot be used. Nothing was stored."
_TOO_LONG = (  # a transaction that is being committed cannot be called back
    "The prediction store takes too long. The request may still be stored: repeat it with the same Idempotency-Key."
)

Work = Callable[[Connection], Any]


class _Item:
    """A piece of work, and who waits for its outcome."""

    __slots__ = ("abandoned", "future", "work")

    def __init__(self, work: Work, future: "asyncio.Future[Any]") -> None:
        self.work = work
        self.future = future
        self.abandoned = False


class Writer:
    """The thread that writes."""

    def __init__(self, engine: Engine, seconds: float) -> None:
        """Make a writer that is not started yet.

        Args:
            engine: The database.
            seconds: How long a request waits for its write.
        """
        self._engine = engine
        self._seconds = seconds
        self._queue: queue.SimpleQueue[_Item | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)
        self._migrated = False

    def start(self) -> None:
        """Start the thread."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    async def stop(self) -> None:
        """Finish what waits, then end the thread."""
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join, self._seconds)

    async def write(self, work: Work) -> Any:
        """Run `work` in a transaction and give its result once that is committed.

        Raises:
            Problem: 503; nothing was written, unless the problem says that it may have been. Whatever else `work`
                raises.
        """
        if self._queue.qsize() >= _MOST_WAITING:
            raise unavailable("store-overloaded", "Too many writes are waiting.", _RETRY_AFTER)
        item = _Item(work, self._loop.create_future())
        self._queue.put(item)
        try:
            return await asyncio.wait_for(item.future, self._seconds)
        except TimeoutError:
            item.abandoned = True
            raise unavailable("store-unavailable", _TOO_LONG, _RETRY_AFTER) from None

    def _run(self) -> None:
        while (first := self._queue.get()) is not None:
            group, last = [first], False
            while len(group) < _MOST_IN_GROUP and not self._queue.empty():
                item = self._queue.get()
                if item is None:
                    last = True
                    break
                group.append(item)
            self._loop.call_soon_threadsafe(_resolve, self._commit(group))
            if last:
                return

    def _commit(self, group: Sequence[_Item]) -> list[tuple[_Item, Any]]:
        """Run a group in one transaction; if one of it fails, each in its own."""
        try:
            if not self._migrated:
                database.migrate(self._engine)
                self._migrated = True
            with self._engine.begin() as connection:
                # Beginning may have taken long; nobody waits for what was given up.
                return [(item, item.work(connection)) for item in group if not item.abandoned]
        except Exception as error:
            # One piece that breaks a rule must not fail the others; a store that is gone fails all.
            if len(group) > 1 and isinstance(error, IntegrityError | Problem):
                return [outcome for item in group for outcome in self._commit([item])]
            if isinstance(error, SQLAlchemyError) and not isinstance(error, IntegrityError):
                why = database.reason(error)
                logs.get().error("store_failed", why=why)
                error = unavailable("store-unavailable", _UNSTORED, _RETRY_AFTER)
            return [(item, error) for item in group]


def _resolve(outcomes: list[tuple[_Item, Any]]) -> None:
    for item, outcome in outcomes:
        if item.future.done():
            continue
        if isinstance(outcome, Exception):
            item.future.set_exception(outcome)
        else:
            item.future.set_result(outcome)
