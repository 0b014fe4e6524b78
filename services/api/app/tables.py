"""Batches as CSV, in and out."""

import csv
import io
from collections.abc import Iterable
from typing import Any

import msgspec

from plumbline.bundle.contract import Contract
from services.api.app.answers import Prediction, Predictions, items_of
from services.common.problems import Problem, Violation

MEDIA_TYPE = "text/csv"


def read(body: bytes, contract: Contract, max_rows: int) -> list[dict[str, Any]]:
    """Read rows; the first line names the columns, and an empty cell is a missing value.

    Raises:
        Problem: 400; it is not a table in UTF-8. A cell of a wrong type is left to the contract.
    """
    types = {column.name: column.type for column in contract.columns}
    rows: list[dict[str, Any]] = []
    try:
        reader = csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""), strict=True)
        names = next(reader, [])
        for line, cells in enumerate(filter(None, reader), 2):
            if len(cells) != len(names):
                raise _malformed(f"line {line} has {len(cells)} cells; the first has {len(names)}")
            pairs = zip(names, cells, strict=True)
            rows.append({name: _value(cell, types.get(name)) for name, cell in pairs if cell})
            if len(rows) > max_rows:
                break  # one too many is enough for the contract to refuse
    except (csv.Error, UnicodeDecodeError) as error:
        raise _malformed(str(error)) from None
    if len(set(names)) < len(names):
        raise _malformed("a column is named twice")
    return rows


def example(contract: Contract) -> str:
    """Give a table of one valid row."""
    return _table([contract.example()]).decode()


def write(answer: Prediction | Predictions, rows: Iterable[bytes]) -> bytes:
    """Write rows with their predictions."""
    return _table(
        msgspec.json.decode(row)
        | {
            "id": item.id,
            "prediction": item.prediction,
            "lower": item.interval.lower,
            "upper": item.interval.upper,
        }
        for row, item in zip(rows, items_of(answer), strict=True)
    )


def _table(rows: Iterable[dict[str, Any]]) -> bytes:
    output = io.StringIO(newline="")
    writer: Any = None
    for values in rows:
        if writer is None:
            writer = csv.DictWriter(output, values, lineterminator="\n")
            writer.writeheader()
        writer.writerow(values)
    return output.getvalue().encode()


def _value(cell: str, kind: str | None) -> Any:
    if kind in {"integer", "number"}:
        try:
            return msgspec.convert(cell.strip(), int | float, strict=False)
        except msgspec.ValidationError:
            return cell
    return cell


def _malformed(why: str) -> Problem:
    return Problem(400, "malformed-csv", f"The body is not a table: {why}.", [Violation("", "csv", why)])
