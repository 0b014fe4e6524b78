"""Batches as CSV, in and out."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from plumbline.bundle import spelling
from plumbline.bundle.contract import Contract
from services.api.app.answers import Item
from services.common.problems import Problem, Violation

MEDIA_TYPE = "text/csv"
_LONGEST_LINE = 64 * 1024
_SPELLED = {True: "true", False: "false"}
_MORE_LINES = 1000  # beside two a row: empty ones, and those within a cell


def read(body: bytes, contract: Contract, max_rows: int) -> list[dict[str, Any]]:
    """Read rows; the first line names the columns, and an empty cell is a missing value.

    Raises:
        Problem: 400; it is not a table in UTF-8. A cell of a wrong type is left to the contract.
    """
    types = {column.name: column.type for column in contract.columns}
    rows: list[dict[str, Any]] = []
    most = 2 * max_rows + _MORE_LINES
    try:
        reader = csv.reader(_lines(body), strict=True)
        names = next(reader, [])
        for cells in reader:
            if reader.line_num > most:
                raise _malformed(f"it has more than {most} lines")
            if not cells:
                continue
            line = len(rows) + 2
            if len(cells) != len(names):
                raise _malformed(f"line {line} has {len(cells)} cells; the first has {len(names)}")
            pairs = zip(names, cells, strict=True)
            rows.append({name: spelling.value(cell, types.get(name)) for name, cell in pairs if cell.strip(" ")})
            if len(rows) > max_rows:
                break  # one too many is enough for the contract to refuse
    except (csv.Error, UnicodeDecodeError) as error:
        raise _malformed(str(error)) from None
    if len(set(names)) < len(names):
        raise _malformed("a column is named twice")
    return rows


def _lines(body: bytes) -> Iterator[str]:
    """Decode line by line, so that other threads run meanwhile."""
    text = io.TextIOWrapper(io.BytesIO(body), "utf-8-sig", newline="")
    while line := text.readline(_LONGEST_LINE + 1):
        if len(line) > _LONGEST_LINE:
            raise _malformed(f"a line has more than {_LONGEST_LINE} characters")
        yield line


def example(contract: Contract) -> str:
    """Give a table of one valid row."""
    return _table([contract.example()], contract).decode()


def write(items: Sequence[Item], rows: Iterable[bytes], contract: Contract) -> bytes:
    """Write rows with their predictions; what is named like one of the row's columns gets an underscore behind it."""
    names = {column.name for column in contract.columns}
    free = {name: _free(name, names) for name in _said(items[0])}
    pairs = zip(rows, items, strict=True)
    return _table(
        (msgspec.json.decode(row) | {free[name]: value for name, value in _said(item).items()} for row, item in pairs),
        contract,
    )


def _said(item: Item) -> dict[str, Any]:
    """Give an answer's cells; a set is one cell, as JSON, for labels may hold any character."""
    said: dict[str, Any] = {"id": item.id, "prediction": item.prediction}
    if item.interval:
        return said | {"lower": item.interval.lower, "upper": item.interval.upper}
    likely = {f"probability of {name}": value for name, value in (item.probabilities or {}).items()}
    return said | likely | {"prediction_set": msgspec.json.encode(item.prediction_set).decode()}


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_"
    return name


def _table(rows: Iterable[dict[str, Any]], contract: Contract) -> bytes:
    booleans = [column.name for column in contract.columns if column.type == "boolean"]
    output = io.StringIO(newline="")
    writer: Any = None
    for values in rows:
        if writer is None:
            writer = csv.DictWriter(output, values, lineterminator="\n")
            writer.writeheader()
        spelled = {name: _SPELLED.get(values[name]) for name in booleans if name in values}
        writer.writerow(values | spelled)
    return output.getvalue().encode()


def _malformed(why: str) -> Problem:
    return Problem(400, "malformed-csv", f"The body is not a table: {why}.", [Violation("", "csv", why)])
