"""The store, as the endpoints see it."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from services.api.app.store.records import Batch
from services.api.app.store.writer import Writer
from services.common import logs
from services.common.problems import unavailable
from services.common.store import database

_RETRY_AFTER = 2  # seconds

T = TypeVar("T")


class Store:
    """Reads in threads of their own, and writes in groups."""

    def __init__(self, url: str, seconds: float) -> None:
        """Make a store; nothing is connected yet.

        Args:
            url: Of the database.
            seconds: How long a request waits for it.

        Raises:
            StoreError: The URL is unusable.
        """
        self._seconds = seconds
        self._reading = database.connect(url, writes=False)
        self._writer = Writer(database.connect(url, writes=True), seconds)
        self._known_models: set[str] = set()

    async def start(self) -> None:
        """Start the writer and let it bring the schema up to date."""
        self._writer.start()

    async def stop(self) -> None:
        """Finish the writes that wait."""
        await self._writer.stop()

    def knows_model(self, identifier: str) -> bool:
        """Say whether this worker has written the model's description."""
        return identifier in self._known_models

    async def add(self, batch: Batch) -> None:
        """Write predictions; they are on disk when this returns.

        Raises:
            Problem: 503; nothing was written.
            IntegrityError: The idempotency key is taken.
        """
        await self._writer.write(batch)
        if batch.model:
            self._known_models.add(batch.model["id"])

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run a write in a transaction.

        Raises:
            Problem: 503; nothing was written. Whatever else `work` raises.
        """
        result: T = await self._writer.write(work)
        return result

    async def read(self, query: Callable[..., T], *arguments: Any) -> T:
        """Run a query, which is given a connection and then `arguments`.

        Raises:
            Problem: 503; the store cannot be used. Whatever else the query raises.
        """
        try:
            return await asyncio.wait_for(asyncio.to_thread(self._query, query, arguments), self._seconds)
        except TimeoutError:
            why = "it takes too long"
        except SQLAlchemyError as error:
            why = database.reason(error)
        logs.get().error("store_failed", why=why)  # strangers are not told the database's host
        raise unavailable("store-unavailable", "The prediction store cannot be used.", _RETRY_AFTER)

    async def check(self) -> None:
        """Make sure that writing works and that the schema is up to date.

        Raises:
            Problem: 503; it does not.
        """
        await self._writer.write(database.touch)

    def _query(self, query: Callable[..., T], arguments: tuple[Any, ...]) -> T:
        with self._reading.begin() as connection:
            return query(connection, *arguments)
