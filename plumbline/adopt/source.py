"""The table that is adopted: read as the raw files will have it, every cell as text."""

import keyword
import re
import unicodedata
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

import duckdb
import pandas as pd

from plumbline.ingest import files, spelling
from plumbline.ingest.connections import Connection, connect
from plumbline.kernel.errors import PlumblineError

WAREHOUSE = "duckdb:.plumbline/warehouse.duckdb"

_TABLES = """select table_schema, table_name from information_schema.tables
    where table_schema = current_schema() order by table_name"""


@dataclass(frozen=True)
class Source:
    """A table and where extractions will read it.

    Attributes:
        name: What the table is called in the warehouse.
        connection: The URL of the warehouse.
        frame: Every cell as the raw files spell it, "" for a missing one, under names that JSON and SQL take unquoted.
        columns: The table's own name of each column, by its name in `frame`.
        file: The rows as a file for data/warehouse, if the table came as a file.
        unread: Why a column is neither in `frame` nor in `columns`, by its own name.
    """

    name: str
    connection: str
    frame: pd.DataFrame
    columns: dict[str, str]
    file: Path | None = None
    unread: dict[str, str] = field(default_factory=dict)


def read(given: str, folder: Path) -> Source:
    """Read a table.

    Args:
        given: The path or URL of a .csv, .tsv or .parquet file, or a connection that data/params.yaml takes, with
            `#TABLE` after it where the database has more than one.
        folder: Gets the copy of a file.

    Raises:
        PlumblineError: There is no such table, it has no row, or two columns of the same name.
    """
    url, wanted, of_database = parts(given)
    with closing(connect(url)) as connection:
        if of_database:
            return _source(table(connection, wanted, url), url, connection, None)
        stem = PurePosixPath(urlsplit(url).path).stem
        names, rows = connection.query(f"select * from {files.quoted(stem)}", {})  # noqa: S608
    name = slug(stem)
    copy = folder / f"{name}.tsv"
    cells, unread = _spelled(names, rows)
    _write(cells, copy)
    with closing(connect(str(copy))) as connection:  # as the warehouse will load it
        return replace(_source(name, WAREHOUSE, connection, copy), unread=unread)


def selected(source: Source, query: str, parameters: dict[str, Any]) -> Source:
    """Give what a query makes of a table, under the names that the query gives its columns.

    Raises:
        PlumblineError: The table has no longer what the query asks for, or it selects no row.
    """
    with closing(connect(str(source.file or source.connection))) as connection:
        names, rows = connection.query(query, parameters)
    if not rows:
        raise PlumblineError(f"it selects no row of {source.name}")
    spelled, unread = _spelled(names, rows)
    return replace(source, frame=_frame(spelled), columns={name: name for name in spelled}, unread=unread)


def parts(given: str) -> tuple[str, str, bool]:
    """Give the URL, the table that is named after it, and whether it is a database's."""
    url, _, wanted = given.partition("#")
    return url, wanted, url.startswith(("duckdb:", "postgresql:", "postgres:"))


def slug(name: str) -> str:
    """Give a name of lower-case letters, digits and underscores, a letter first, that is no word of Python.

    Letters lose their accents; a name of other scripts alone is that of its code points, so that two stay two.
    """
    separated = re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-z])", "_", name)
    folded = "".join(c for c in unicodedata.normalize("NFKD", separated.casefold()) if not unicodedata.combining(c))
    plain = re.sub(r"[^a-z0-9]+", "_", folded).strip("_")
    plain = plain or "_".join(f"u{ord(c):x}" for c in folded if c.isalnum()) or "column"
    plain = plain if plain[0].isalpha() else f"c_{plain}"
    return f"{plain}_" if keyword.iskeyword(plain) else plain


def table(connection: Connection, wanted: str, url: str) -> str:
    """Find a table of a database: the one that is wanted, or the only one.

    Raises:
        PlumblineError: There is none, or more than one and none is wanted.
    """
    found = [name for _, name in connection.query(_TABLES, {})[1]]
    if wanted in found:
        return wanted
    if not wanted and len(found) == 1:
        return str(found[0])
    if not found:
        raise PlumblineError(f"{url} has no table")
    said = f"has no table {wanted!r}" if wanted else "has more than one table"
    raise PlumblineError(f"{url} {said}: write {url}#TABLE, where TABLE is one of {', '.join(found)}")


def _source(name: str, url: str, connection: Connection, file: Path | None) -> Source:
    names, rows = connection.query(f"select * from {files.quoted(name)}", {})  # noqa: S608
    if not rows:
        raise PlumblineError(f"the table {name} has no row: there is nothing to learn from")
    spelled, unread = _spelled(names, rows)
    columns: dict[str, str] = {}
    for own in spelled:
        plain = slug(own)
        if plain in columns:
            raise PlumblineError(f"the columns {columns[plain]!r} and {own!r} have the same name: rename one of them")
        columns[plain] = own
    return Source(name, url, _frame({plain: spelled[own] for plain, own in columns.items()}), columns, file, unread)


def _frame(spelled: dict[str, "pd.Series[Any]"]) -> pd.DataFrame:
    cells = {name: ["" if pd.isna(cell) else str(cell) for cell in column] for name, column in spelled.items()}
    return pd.DataFrame(cells, dtype=object)


def _spelled(names: list[str], rows: list[tuple[object, ...]]) -> tuple[dict[str, "pd.Series[Any]"], dict[str, str]]:
    """Give the cells of each column, and why there are none of one whose values no cell can hold, such as lists."""
    cells: dict[str, pd.Series[Any]] = {}
    unread: dict[str, str] = {}
    for position, name in enumerate(names):
        try:
            cells[name] = spelling.column(name, [row[position] for row in rows])
        except PlumblineError as error:
            unread[name] = str(error)
    return cells, unread


def _write(cells: dict[str, "pd.Series[Any]"], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    frame = pd.DataFrame(cells).replace(r"[\t\r\n]+", " ", regex=True)  # a cell of free text is one line
    frame.to_csv(path, sep="\t", index=False, lineterminator="\n")
    with duckdb.connect() as connection:
        files.load(connection, path, "written")
