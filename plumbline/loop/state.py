"""What was dispatched, kept over restarts: which alert, so that it waits its time, and how many lately."""

import sqlite3
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path


class State:
    """The dispatches of the past, in a file of SQLite.

    Args:
        path: The file; it is made if it is not there.
        clock: Gives the time in seconds since 1970.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._clock = clock
        with closing(self._connect()) as connection, connection:
            connection.execute("CREATE TABLE IF NOT EXISTS dispatches (key TEXT PRIMARY KEY, at REAL NOT NULL)")

    def unknown(self, keys: Iterable[str], again: float) -> set[str]:
        """Give those of `keys` that were not dispatched within the last `again` seconds."""
        since = self._clock() - again
        with closing(self._connect()) as connection:
            known = {key for (key,) in connection.execute("SELECT key FROM dispatches WHERE at > ?", [since])}
        return set(keys) - known

    def wait(self, limit: int, window: float) -> float:
        """Give the seconds until there may be another dispatch: 0 if fewer than `limit` were made in `window` seconds.

        Alerts that were dispatched together count as one.
        """
        since = self._clock() - window
        with closing(self._connect()) as connection:
            query = "SELECT DISTINCT at FROM dispatches WHERE at > ? ORDER BY at"
            recent = [at for (at,) in connection.execute(query, [since])]
        return recent[-limit] - since if len(recent) >= limit else 0.0

    def record(self, keys: Iterable[str], keep: float) -> None:
        """Remember that `keys` were dispatched together just now, and forget what is older than `keep` seconds."""
        now = self._clock()
        with closing(self._connect()) as connection, connection:
            connection.execute("DELETE FROM dispatches WHERE at < ?", [now - keep])
            connection.executemany("INSERT OR REPLACE INTO dispatches VALUES (?, ?)", [(key, now) for key in keys])

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=10)
        connection.execute("PRAGMA journal_mode = WAL")
        return connection
