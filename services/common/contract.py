"""The contract of a bundle: what a row may hold and what the prediction means (docs/bundle.md)."""

from typing import Literal

import msgspec

SCHEMA_VERSION = 1


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One column of a row.

    Attributes:
        unit: Unit of a number; None for a category.
        minimum: Smallest allowed number, inclusive; None for a category.
        maximum: Largest allowed number, inclusive; None for a category.
        categories: The allowed labels of a category; empty for a number.
        required: Whether the value must be there; otherwise it may be left out or null.
    """

    name: str
    type: Literal["integer", "number", "category"]
    description: str = ""
    unit: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    categories: tuple[str, ...] = ()
    required: bool = True
    example: str | float | None = None

    def __post_init__(self) -> None:
        """Refuse a column that lacks what its type needs."""
        if self.type == "category":
            if not self.categories or "" in self.categories:
                raise ValueError(f"column {self.name} needs categories, none of them empty")
        elif self.minimum is None or self.maximum is None:
            raise ValueError(f"column {self.name} needs a minimum and a maximum")


class Target(msgspec.Struct, frozen=True):
    """What is predicted, and its unit."""

    name: str
    unit: str
    description: str = ""


class Interval(msgspec.Struct, frozen=True):
    """The prediction interval: the share of true values that it is meant to hold."""

    coverage: float


class Contract(msgspec.Struct, frozen=True):
    """The whole contract; `json_schema` describes one row and is derived from `columns`."""

    schema_version: int
    model: str
    target: Target
    interval: Interval
    columns: tuple[Column, ...]
    json_schema: dict[str, object]

    def __post_init__(self) -> None:
        """Refuse a version that this code was not written for, and a column named twice."""
        if self.schema_version != SCHEMA_VERSION:
            raise ValueError(f"schema_version is {self.schema_version}, not {SCHEMA_VERSION}")
        names = [column.name for column in self.columns]
        if not names or len(set(names)) < len(names):
            raise ValueError("there must be at least one column and no name twice")

    def example(self) -> dict[str, object]:
        """Give a valid row made of the columns' examples."""
        return {column.name: column.example for column in self.columns if column.required or column.example is not None}


def parse(content: bytes) -> Contract:
    """Parse a contract.json.

    Raises:
        ValueError: The content is not a contract; the message says where.
    """
    return msgspec.json.decode(content, type=Contract)
