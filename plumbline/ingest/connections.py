"""Connections to where the data comes from, by URL. A query names its parameters `$name`, whatever answers it."""

import re
import tempfile
from pathlib import Path, PurePosixPath
from typing import Any, Protocol
from urllib.parse import urlsplit

import duckdb
import fsspec
import psycopg
from psycopg.rows import tuple_row

from plumbline.kernel.errors import PlumblineError

Rows = tuple[list[str], list[tuple[Any, ...]]]

SEPARATORS = {".csv": ",", ".tsv": "\t"}
_FORMS = "duckdb:PATH, postgresql://USER@HOST/DATABASE, or a path or URL of a .csv, .tsv or .parquet file"


class Connection(Protocol):
    """What an extraction needs of a database: the query with named parameters, and its rows."""

    def query(self, sql: str, parameters: dict[str, Any]) -> Rows:
        """Run `sql`, whose parameters are written `$name`; give the column names and the rows.

        Raises:
            PlumblineError: The database refuses the query, or a parameter has no value.
        """
        ...

    def close(self) -> None:
        """Release the connection."""
        ...


class DuckDB:
    """A DuckDB connection; it knows `$name` parameters itself."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def query(self, sql: str, parameters: dict[str, Any]) -> Rows:
        """See `Connection`."""
        try:
            result = self._connection.execute(sql, parameters)
        except duckdb.Error as error:
            raise PlumblineError(f"the warehouse refused the query: {error}") from None
        return [column[0] for column in result.description or []], result.fetchall()

    def close(self) -> None:
        """See `Connection`."""
        self._connection.close()


class PostgreSQL:
    """A PostgreSQL connection, whose transaction reads only."""

    def __init__(self, connection: psycopg.Connection) -> None:
        connection.read_only = True
        self._connection = connection

    def query(self, sql: str, parameters: dict[str, Any]) -> Rows:
        """See `Connection`."""
        numbered, values = number(sql, parameters)
        try:
            with psycopg.RawCursor(self._connection, row_factory=tuple_row) as cursor:
                cursor.execute(numbered.encode(), values)
                return [column.name for column in cursor.description or []], cursor.fetchall()
        except psycopg.Error as error:
            self._connection.rollback()
            raise PlumblineError(f"the warehouse refused the query: {error}") from None

    def close(self) -> None:
        """See `Connection`."""
        self._connection.close()


# Strings, quoted names, comments and dollar-quoted strings come first: what they hold is no parameter.
_TOKEN = re.compile(
    r"""'(?:[^']|'')*' | "(?:[^"]|"")*" | --[^\n]* | /\*.*?\*/ | \$(?P<tag>\w*)\$.*?\$(?P=tag)\$
    | \$(?P<name>[A-Za-z_]\w*)""",
    re.DOTALL | re.VERBOSE,
)


def number(sql: str, parameters: dict[str, Any]) -> tuple[str, list[Any]]:
    """Rewrite `$name` to PostgreSQL's own `$1`, `$2` and so on.

    Returns:
        The query, and the values in the order of their numbers.

    Raises:
        PlumblineError: The query names a parameter that has no value, or a value belongs to no parameter.
    """
    order: list[str] = []

    def numbered(match: re.Match[str]) -> str:
        name = match["name"]
        if name is None:
            return match[0]
        if name not in order:
            order.append(name)
        return f"${order.index(name) + 1}"

    rewritten = _TOKEN.sub(numbered, sql)
    if set(order) != set(parameters):
        raise PlumblineError(
            f"the query names the parameters {sorted(order)} and the values given are of {sorted(parameters)}:"
            " they must be the same"
        )
    return rewritten, [parameters[name] for name in order]


def connect(url: str) -> Connection:
    """Open the connection that `url` names.

    Args:
        url: `duckdb:PATH`, a DuckDB file, opened read-only; `postgresql://USER@HOST/DATABASE`, whose password libpq
            takes from PGPASSWORD or ~/.pgpass; or the path or URL (https, s3) of a .csv, .tsv or .parquet file,
            which is a table named like the file without its suffix.

    Raises:
        PlumblineError: The scheme is not known, or nothing answers there.
    """
    scheme = url.partition(":")[0] if ":" in url else ""
    if scheme == "duckdb":
        return _duckdb(url.removeprefix("duckdb:"))
    if scheme in ("postgresql", "postgres"):
        return _postgresql(url)
    if scheme in ("", "file", "http", "https", "s3"):
        return _file(url)
    raise PlumblineError(f"connection {url!r}: the scheme {scheme!r} is not known; use {_FORMS}")


def _duckdb(path: str) -> DuckDB:
    try:
        return DuckDB(duckdb.connect(path, read_only=True))
    except duckdb.Error as error:
        raise PlumblineError(f"duckdb:{path} cannot be opened: {error}\nRun `plumb data warehouse` first.") from None


def _postgresql(url: str) -> PostgreSQL:
    parts = urlsplit(url)
    if parts.password:
        raise PlumblineError(
            f"connection postgresql://{parts.username}:…@{parts.hostname}: a password does not belong into a file that"
            " git keeps; leave it out and set PGPASSWORD, or write it to ~/.pgpass"
        )
    try:
        return PostgreSQL(psycopg.connect(url, connect_timeout=10))
    except psycopg.Error as error:
        raise PlumblineError(
            f"{url} cannot be opened: {error}\nCheck that the server runs, and PGPASSWORD or ~/.pgpass."
        ) from None


def _file(url: str) -> DuckDB:
    name = PurePosixPath(urlsplit(url).path)
    suffix = name.suffix.lower()
    if suffix not in SEPARATORS and suffix != ".parquet":
        raise PlumblineError(f"connection {url!r} ends in no .csv, .tsv or .parquet; use {_FORMS}")
    with tempfile.TemporaryDirectory() as folder:
        local = Path(folder, f"table{suffix}")
        try:
            with fsspec.open(url, "rb") as source:
                local.write_bytes(source.read())
        except Exception as error:  # every file system has errors of its own
            raise PlumblineError(f"{url} cannot be read: {error}") from None
        return open_file(local, name.stem, url)


def open_file(path: Path, table: str, source: str) -> DuckDB:
    """Open a .csv, .tsv or .parquet file as the table `table`.

    Raises:
        PlumblineError: It is no such file; `source` is what the message calls it.
    """
    connection = duckdb.connect()
    try:
        load_file(connection, path, table)
    except duckdb.Error as error:
        connection.close()
        raise PlumblineError(f"{source} cannot be read: {error}") from None
    return DuckDB(connection)


def load_file(connection: duckdb.DuckDBPyConnection, path: Path, table: str) -> int:
    """Create `table` from a .csv, .tsv or .parquet file.

    Returns:
        The number of its rows.
    """
    if path.suffix.lower() == ".parquet":
        relation = connection.read_parquet(str(path))
    else:
        # An empty cell is missing, and nothing else is: "None" and "NA" may be labels.
        relation = connection.read_csv(
            str(path), sep=SEPARATORS[path.suffix.lower()], header=True, na_values=[""], sample_size=-1
        )
    relation.create(table)
    return len(relation)
