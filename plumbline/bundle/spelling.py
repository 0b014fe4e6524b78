"""What a cell of text means for a column: one rule for raw files, a service's tables and `plumb score`.

A cell that is none of its column's kind stays as it is, for the contract to refuse by name.
"""

import datetime
import math
import re

BOOLEANS = {"true": True, "false": False, "1": True, "0": False, "1.0": True, "0.0": False}
_NUMBER = re.compile(r"-?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_TIMESTAMP = re.compile(
    r"\d{4}-\d\d-\d\d([Tt ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?([Zz]|[+-]\d\d:\d\d)?)?", re.ASCII
)  # RFC 3339, and what databases write in its place


def value(cell: str, kind: str | None) -> object:
    """Give a cell in JSON's type.

    Args:
        cell: Spaces around it do not count.
        kind: The column's type; None for a column that the contract does not know.
    """
    cell = cell.strip(" ")
    if kind == "boolean":
        return BOOLEANS.get(cell.lower(), cell)
    if kind in {"integer", "number"}:
        return _number(cell, whole=kind == "integer")
    return timestamp(cell) if kind == "timestamp" else cell


def timestamp(cell: str) -> str:
    """Spell a moment as 2026-01-31T12:00:00Z; one that names no offset is meant as UTC, a date as its first second."""
    if not _TIMESTAMP.fullmatch(cell):
        return cell
    try:
        return of_moment(datetime.datetime.fromisoformat(cell.upper()))
    except (ValueError, OverflowError):  # no day of the calendar, or none in UTC
        return cell


def of_moment(moment: datetime.datetime) -> str:
    """Spell a moment likewise."""
    return f"{(moment.astimezone(datetime.UTC).replace(tzinfo=None) if moment.tzinfo else moment).isoformat()}Z"


def _number(cell: str, whole: bool) -> object:
    if not _NUMBER.fullmatch(cell):
        return cell
    number = float(cell)
    if not math.isfinite(number):
        return cell  # JSON would make a missing value of it
    return int(number) if whole and number.is_integer() else number
