"""Connections to where the data comes from, by URL. A query names its parameters `$name`, whatever answers it."""

import itertools
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any, Protocol
from urllib.parse import urlsplit

import duckdb
import fsspec
import psycopg
from fsspec.implementations.local import LocalFileSystem
from psycopg.rows import tuple_row

from plumbline.ingest import files, memory
from plumbline.kernel.errors import PlumblineError

Part = list[tuple[Any, ...]]  # rows
Rows = tuple[list[str], Part]

_SIZE = 10_000  # rows that `query` asks for at once
_ZONED = "TIMESTAMP WITH TIME ZONE"
_FORMS = "duckdb:PATH, postgresql://USER@HOST/DATABASE, or a path or URL of a .csv, .tsv or .parquet file"


class Connection(Protocol):
    """What an extraction needs of a database: the query with named parameters, and its rows."""

    def query(self, sql: str, parameters: dict[str, Any]) -> Rows:
        """Run `sql`, whose parameters are written `$name`; give the column names and the rows.

        Raises:
            PlumblineError: The database refuses the query, or a parameter has no value.
        """
        ...

    def stream(self, sql: str, parameters: dict[str, Any], size: int) -> tuple[list[str], Iterator[Part]]:
        """Run `sql` likewise; give the column names, and the rows, `size` at a time, as they are read.

        Raises:
            PlumblineError: As `query`, or reading ends early.
        """
        ...

    def close(self) -> None:
        """Release the connection."""
        ...


class DuckDB:
    """A DuckDB connection; it knows `$name` parameters itself. What it reads may lie in a folder that ends with it."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, folder: tempfile.TemporaryDirectory[str] | None = None
    ) -> None:
        self._connection, self._folder = connection, folder

    def query(self, sql: str, parameters: dict[str, Any]) -> Rows:
        """See `Connection`."""
        return _whole(self.stream(sql, parameters, _SIZE))

    def stream(self, sql: str, parameters: dict[str, Any], size: int) -> tuple[list[str], Iterator[Part]]:
        """See `Connection`."""

        def parts() -> Iterator[Part]:
            try:
                yield from iter(lambda: result.fetchmany(size), [])
            except duckdb.Error as error:
                raise PlumblineError(f"the answer to the query cannot be read: {files.said(error)}") from None

        try:
            result = self._execute(sql, parameters)
        except duckdb.Error as error:
            raise PlumblineError(f"the warehouse refused the query: {error}") from None
        return [column[0] for column in result.description or []], parts()

    def _execute(self, sql: str, parameters: dict[str, Any]) -> duckdb.DuckDBPyConnection:
        """Run a query; moments with a zone are given in UTC without one, for which DuckDB needs no other package."""
        result = self._connection.execute(sql, parameters)
        names = [files.quoted(column[0]) for column in result.description or [] if str(column[1]) == _ZONED]
        if not names:
            return result
        plain = ", ".join(f"make_timestamp(epoch_us({name})) as {name}" for name in names)
        inner = sql.rstrip().rstrip(";")
        return self._connection.execute(f"select * replace ({plain}) from (\n{inner}\n) as answer", parameters)  # noqa: S608

    def close(self) -> None:
        """See `Connection`."""
        self._connection.close()
        if self._folder:
            self._folder.cleanup()


class PostgreSQL:
    """A PostgreSQL connection, whose transaction reads only."""

    def __init__(self, connection: psycopg.Connection) -> None:
        connection.read_only = True
        self._connection, self._numbers = connection, itertools.count()

    def query(self, sql: str, parameters: dict[str, Any]) -> Rows:
        """See `Connection`."""
        return _whole(self.stream(sql, parameters, _SIZE))

    def stream(self, sql: str, parameters: dict[str, Any], size: int) -> tuple[list[str], Iterator[Part]]:
        """See `Connection`."""
        numbered, values = number(sql, parameters)
        # The server keeps what was not asked for; one cursor more may be open while the last one ends.
        cursor = psycopg.RawServerCursor(self._connection, f"part_{next(self._numbers)}", row_factory=tuple_row)

        def parts() -> Iterator[Part]:
            try:
                with cursor:
                    yield from iter(lambda: cursor.fetchmany(size), [])
            except psycopg.Error as error:
                raise PlumblineError(f"the answer to the query cannot be read: {error}") from None

        try:
            cursor.execute(numbered.encode(), values)
        except psycopg.Error as error:
            self._connection.rollback()
            raise PlumblineError(f"the warehouse refused the query: {error}") from None
        return [column.name for column in cursor.description or []], parts()

    def close(self) -> None:
        """See `Connection`."""
        self._connection.close()


def _whole(answer: tuple[list[str], Iterator[Part]]) -> Rows:
    names, parts = answer
    return names, list(itertools.chain.from_iterable(parts))


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


def connect(url: str, load: bool = True) -> Connection:
    """Open the connection that `url` names.

    Args:
        load: Whether a file is loaded with its columns typed, or read as text when it is asked for.
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
        return _file(url, load)
    raise PlumblineError(f"connection {url!r}: the scheme {scheme!r} is not known; use {_FORMS}")


def _duckdb(path: str) -> DuckDB:
    try:
        return DuckDB(memory.limited(duckdb.connect(path, read_only=True)))
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


def _file(url: str, load: bool) -> DuckDB:
    name = PurePosixPath(urlsplit(url).path)
    suffix = name.suffix.lower()
    if suffix not in files.SUFFIXES:
        raise PlumblineError(f"connection {url!r} ends in no .csv, .tsv or .parquet; use {_FORMS}")
    folder = tempfile.TemporaryDirectory()
    try:
        system, path = fsspec.core.url_to_fs(url)
        local = Path(path) if isinstance(system, LocalFileSystem) else Path(folder.name, name.name)
        with system.open(path, "rb") as source:
            if not local.exists():
                with local.open("wb") as copy:
                    shutil.copyfileobj(source, copy)
    except Exception as error:  # every file system has errors of its own
        folder.cleanup()
        raise PlumblineError(f"{url} cannot be read: {error}") from None
    return open_file(local, name.stem, url, load, folder)


def open_file(
    path: Path,
    table: str,
    source: str,
    load: bool = True,
    folder: tempfile.TemporaryDirectory[str] | None = None,
) -> DuckDB:
    """Open a .csv, .tsv or .parquet file as the table `table`, loaded or read as it is asked for.

    Raises:
        PlumblineError: It is no such file; `source` is what the message calls it.
    """
    connection = memory.limited(duckdb.connect())
    opened = DuckDB(connection, folder)
    try:
        (files.load if load else files.view)(connection, path, table, source)
    except PlumblineError:
        opened.close()
        raise
    return opened
