"""The rows of a table, a part at a time, and what the service's contract takes of them."""

import json
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

import msgspec
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from plumbline.adopt import source
from plumbline.bundle import spelling
from plumbline.bundle.contract import Column, Contract
from plumbline.ingest import files
from plumbline.ingest.connections import Connection, connect, open_file
from plumbline.ingest.spelling import cell
from plumbline.kernel.errors import PlumblineError

Places = list[tuple[Column, int]]  # a column of the contract, and the position of the one that holds it


@dataclass(frozen=True)
class Cells:
    """A column of a part: each of its different cells once, since most occur again and again.

    Attributes:
        codes: Of each row, the place of its cell in `texts`; shape (rows,).
        texts: The cells, "" for a missing one.
    """

    codes: NDArray[np.intp]
    texts: list[str]

    def of(self, values: list[str]) -> list[str]:
        """Give for each row what stands for its cell in `values`."""
        return [values[code] for code in self.codes.tolist()]


@dataclass(frozen=True)
class Part:
    """Some rows of a table, column by column."""

    rows: int
    columns: list[Cells]


@dataclass(frozen=True)
class Table:
    """A table that is read while it is scored.

    Attributes:
        name: What it is called.
        columns: Its columns' names.
        parts: Its rows, some at a time.
    """

    name: str
    columns: list[str]
    parts: Iterator[Part]


@contextmanager
def opened(given: str, size: int) -> Iterator[Table]:
    """Open a table as `plumb adopt` takes it, `size` rows at a time.

    Raises:
        PlumblineError: There is no such table, or it cannot be read.
    """
    url, wanted, of_database = source.parts(given)
    with closing(connect(url, load=False)) as connection:
        name = source.table(connection, wanted, url) if of_database else PurePosixPath(urlsplit(url).path).stem
        yield _streamed(connection, name, size)


@contextmanager
def opened_file(path: Path, called: str, size: int) -> Iterator[Table]:
    """Open a .csv, .tsv or .parquet file likewise, to be read by one thread; `called` is what messages call it.

    Raises:
        PlumblineError: It is no such file.
    """
    with closing(open_file(path, called, called, load=False)) as connection:
        for setting in ("threads = 1", "enable_progress_bar = false"):  # DuckDB takes a started process for a terminal
            connection.query(f"set {setting}", {})
        yield _streamed(connection, called, size)


def _streamed(connection: Connection, name: str, size: int) -> Table:
    with _named(name):
        columns, parts = connection.stream(f"select * from {files.quoted(name)}", {}, size)  # noqa: S608
    return Table(name, columns, _parts(name, columns, parts))


def _parts(name: str, columns: list[str], parts: Iterator[Sequence[Sequence[Any]]]) -> Iterator[Part]:
    with _named(name):
        for part in parts:
            yield _part(columns, part)


@contextmanager
def _named(table: str) -> Iterator[None]:
    """Say of which table a fault is: the rows of many are read."""
    try:
        yield
    except PlumblineError as error:
        raise PlumblineError(f"{table}: {error}") from None


def places(table: Table, contract: Contract) -> Places:
    """Find the contract's columns in a table, by its name, its label or the one that `plumb adopt` gives it.

    Raises:
        PlumblineError: A column is missing that no row may lack.
    """
    adopted = {source.slug(name): name for name in table.columns}
    found: Places = []
    for column in contract.columns:
        known = (name for name in (column.name, column.label) if name in table.columns)
        name = next(known, adopted.get(column.name))
        if name is not None:
            found.append((column, table.columns.index(name)))
        elif column.required:
            raise PlumblineError(
                f"{table.name} has no column {column.name!r}, which every row must have; its columns are"
                f" {', '.join(table.columns)}"
            )
    return found


def body(part: Part, wanted: Places) -> bytes:
    """Give rows as a request's body, in JSON's types; what has no value is left out."""
    cells = [part.columns[place].of(_member(column, part.columns[place].texts)) for column, place in wanted]
    cells = cells or [[""] * part.rows]  # of a table that has no column of the contract, which may need none
    rows = ",".join("{" + ",".join(filter(None, row)) + "}" for row in zip(*cells, strict=True))
    return f'{{"inputs":[{rows}]}}'.encode()


def _member(column: Column, texts: Sequence[str]) -> list[str]:
    """Give what each cell is in a JSON object; empty for a missing one."""
    values = ({column.name: spelling.value(text, column.type)} if text else {} for text in texts)
    return [msgspec.json.encode(value)[1:-1].decode() for value in values]


def frame(part: Part, chosen: Sequence[int], table: Table, wanted: Places, typed: bool) -> pd.DataFrame:
    """Give some rows as a table; `typed` makes numbers of its numbers, all of which the contract has accepted."""
    kinds = {place: column.type for column, place in wanted} if typed else {}
    columns = {}
    for place, (name, cells) in enumerate(zip(table.columns, part.columns, strict=True)):
        found: Any = pd.Series(cells.texts, dtype=str)
        if (kind := kinds.get(place)) in {"integer", "number"}:
            found = pd.to_numeric(found.where(found != ""), errors="coerce").astype("float64")
            found = found.astype("Int64") if kind == "integer" else found
        columns[name] = found.array.take(cells.codes[chosen])
    return pd.DataFrame(columns, columns=table.columns)


def none(table: Table, wanted: Places, typed: bool) -> pd.DataFrame:
    """Give the table that has no row."""
    return frame(_part(table.columns, []), [], table, wanted, typed)


def _part(columns: list[str], rows: Sequence[Sequence[Any]]) -> Part:
    by_column = zip(*rows, strict=True) if rows else ((),) * len(columns)
    return Part(len(rows), [_cells(name, values) for name, values in zip(columns, by_column, strict=True)])


def _cells(name: str, values: Sequence[Any]) -> Cells:
    # Numbers by their text, for 0.0 and -0.0 are equal; a list, which no contract asks for, has no hash.
    keys = [value if isinstance(value, str | int | None) else _text(name, value) for value in values]
    places = {key: place for place, key in enumerate(dict.fromkeys(keys))}
    return Cells(np.fromiter(map(places.__getitem__, keys), np.intp, len(keys)), [_text(name, key) for key in places])


def _text(name: str, value: Any) -> str:
    if isinstance(value, list | dict | tuple | bytes):  # which no contract asks for: passed on
        return json.dumps(value, default=str)
    spelled = cell(name, value)
    return "" if pd.isna(spelled) else str(spelled)
