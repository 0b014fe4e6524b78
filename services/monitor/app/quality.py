"""Whether the stored inputs keep the bundle's contract."""

from collections.abc import Sequence

import msgspec

from plumbline.bundle.contract import Column, Contract
from services.monitor.app import drift


class Quality(msgspec.Struct, frozen=True):
    """Values of one column, counted.

    Attributes:
        missing: Rows without a value, where the column may be left out or not.
        invalid: Values of a wrong type, unknown labels, numbers out of range, and missing ones that are required.
    """

    name: str
    rows: int
    missing: int
    invalid: int


def check(rows: Sequence[dict[str, object]], contract: Contract) -> list[Quality]:
    """Count what is wrong with each column."""
    found = []
    for column in contract.columns:
        values = [row.get(column.name) for row in rows]
        missing = sum(value is None for value in values)
        invalid = sum(not _valid(value, column) for value in values)
        found.append(Quality(column.name, len(values), missing, invalid))
    return found


def _valid(value: object, column: Column) -> bool:
    if value is None:
        return not column.required
    match column.type:
        case "category":
            return isinstance(value, str) and (column.open or value in column.categories)
        case "boolean":
            return isinstance(value, bool)
        case "date" | "timestamp":
            value = drift.moment(value, column.type)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return column.least <= value <= column.most
