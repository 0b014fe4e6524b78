"""Connections to where the data comes from, by URL."""

from typing import Any, Protocol

import duckdb

from tools.errors import PlumblineError


class Connection(Protocol):
    """What an extraction needs of a database: the query with named parameters, and its rows."""

    def query(self, sql: str, parameters: dict[str, Any]) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Run `sql`, whose parameters are written `$name`; give the column names and the rows."""
        ...

    def close(self) -> None:
        """Release the connection."""
        ...


class DuckDB:
    """A DuckDB file, read-only, or a connection to share."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def query(self, sql: str, parameters: dict[str, Any]) -> tuple[list[str], list[tuple[Any, ...]]]:
        """See `Connection`."""
        try:
            result = self._connection.execute(sql, parameters)
        except duckdb.Error as error:
            raise PlumblineError(f"the warehouse refused the query: {error}") from None
        return [column[0] for column in result.description or []], result.fetchall()

    def close(self) -> None:
        """See `Connection`."""
        self._connection.close()


def connect(url: str) -> Connection:
    """Open the connection that `url` names.

    Args:
        url: `duckdb:PATH`, a DuckDB file.

    Raises:
        PlumblineError: The scheme is not known, or nothing answers there.
    """
    scheme, _, rest = url.partition(":")
    if scheme != "duckdb":
        raise PlumblineError(f"connection {url!r}: the scheme {scheme!r} is not known; use duckdb:PATH")
    try:
        return DuckDB(duckdb.connect(rest, read_only=True))
    except duckdb.Error as error:
        raise PlumblineError(f"{url} cannot be opened: {error}\nRun `make warehouse` first.") from None
