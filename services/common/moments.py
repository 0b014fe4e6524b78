"""Dates and timestamps in rows: the number that a model takes, which keeps the text that was sent."""

from typing import Any

from plumbline.bundle import moments
from plumbline.bundle.contract import Column


class Moment(float):
    """Days of a date, or seconds of a timestamp, since 1970; each column has a subclass of its own.

    Attributes:
        column: What it may be.
        text: As it was sent.
    """

    __slots__ = ("text",)
    column: Column
    text: str


def type_of(column: Column) -> type[Moment]:
    """Make the type of a column's values."""
    return type("Moment", (Moment,), {"__slots__": (), "column": column})


def decode(kind: type[Moment], value: object) -> Moment:
    """Make a moment of what JSON holds: the hook of a decoder.

    Raises:
        ValueError: It is no moment that the column takes.
    """
    column = kind.column
    if not isinstance(value, str):
        raise ValueError(f"{column.name} must be text")  # noqa: TRY004 - the decoder reports values
    moment = kind(moments.number(value, column.type))
    if not column.least <= moment <= column.most:
        raise ValueError(f"{column.name} is out of range")
    moment.text = value
    return moment


def encode(moment: Any) -> str:
    """Give the text of a moment: the hook of an encoder."""
    text: str = moment.text
    return text
