"""How cells are spelled in the raw files, whatever the warehouse has them as: one text for one value."""

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pandas as pd

from plumbline.bundle import spelling
from plumbline.kernel.column import Kind
from plumbline.kernel.contract import Contract
from plumbline.kernel.errors import PlumblineError


def decimals(values: list[Any]) -> type[int] | type[float] | None:
    """Give what a column's decimals become: whole numbers if all of them are; None if there are none."""
    found = [value for value in values if isinstance(value, Decimal)]
    if not found:
        return None
    return int if all(value.is_finite() and value == int(value) for value in found) else float


def column(name: str, values: list[Any], plain: type[int] | type[float] | None = None) -> "pd.Series[Any]":
    """Spell a column of a query's answer.

    Whole numbers stay whole beside missing ones; a boolean is `true` or `false`, a date and a timestamp are those of
    RFC 3339, in UTC; all else is as Python writes it, so that every warehouse gives the same bytes for the same values.

    Args:
        name: The column's name.
        values: Its values, or some of them.
        plain: What its decimals become, where `values` are only some of its values.

    Raises:
        PlumblineError: A value is none that a cell can hold, such as a list.
    """
    plain = plain or decimals(values)
    if plain:
        values = [plain(value) if isinstance(value, Decimal) else value for value in values]
    if all(value is None or type(value) is int for value in values):
        return pd.Series(values, dtype="Int64")
    return pd.Series([cell(name, value) for value in values], dtype=object)


def by_contract(frame: pd.DataFrame, rules: Contract) -> pd.DataFrame:
    """Spell the columns whose values the contract knows better than the warehouse.

    A boolean may be 1 or True there, a whole number 3.0, a timestamp may have a space for its T; what the contract
    does not allow stays as it is, for the validation to name.
    """
    spelled = {}
    for name, about in {**rules.columns, rules.target.name: rules.target}.items():
        if about.type in _SPELLINGS and name in frame and not _is_spelled(frame[name], about.type):
            spelled[name] = _each(frame[name], _SPELLINGS[about.type])
    if rules.identifier in frame and rules.identifier_type == "string":
        spelled[rules.identifier] = _each(frame[rules.identifier], str)
    return frame.assign(**spelled)


def _is_spelled(cells: "pd.Series[Any]", kind: Kind) -> bool:
    return kind == "integer" and cells.dtype == "Int64"


def _each(cells: "pd.Series[Any]", spell: Callable[[object], object]) -> "pd.Series[Any]":
    return pd.Series([None if pd.isna(value) else spell(value) for value in cells], index=cells.index, dtype=object)


def cell(name: str, value: Any) -> Any:
    """Spell one value of a column.

    Raises:
        PlumblineError: It is none that a cell can hold.
    """
    if value is None or isinstance(value, str | int | float):
        return str(value).lower() if isinstance(value, bool) else value
    if isinstance(value, datetime.datetime):
        return spelling.of_moment(value)
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, list | dict | bytes | tuple):
        raise PlumblineError(f"column {name!r} holds a {type(value).__name__}: let the query select one value of it")
    return str(value)


def _boolean(value: object) -> object:
    found = spelling.value(str(value), "boolean")
    return cell("", found) if isinstance(found, bool) else value


def _whole(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


_SPELLINGS: dict[Kind, Callable[[object], object]] = {
    "boolean": _boolean,
    "timestamp": lambda value: spelling.value(str(value), "timestamp"),
    "integer": _whole,
}
