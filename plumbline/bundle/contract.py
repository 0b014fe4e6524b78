"""The contract of a bundle: what a row may hold and what the prediction means (docs/bundle.md)."""

from typing import Any, Literal

import msgspec

from plumbline.bundle.files import Versioned


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
    minimum: int | float | None = None
    maximum: int | float | None = None
    categories: tuple[str, ...] = ()
    required: bool = True
    example: str | int | float | None = None

    def __post_init__(self) -> None:
        """Refuse a column that lacks what its type needs."""
        if self.type == "category":
            if not self.categories or "" in self.categories:
                raise ValueError(f"column {self.name} needs categories, none of them empty")
        elif self.minimum is None or self.maximum is None:
            raise ValueError(f"column {self.name} needs a minimum and a maximum")

    def describe(self) -> dict[str, Any]:
        """Give the column as contract.json has it: without what its type does not need."""
        idle = ("minimum", "maximum") if self.type == "category" else ("categories",)
        return {key: value for key, value in msgspec.structs.asdict(self).items() if key not in idle}


class Target(msgspec.Struct, frozen=True):
    """What is predicted, and its unit."""

    name: str
    unit: str
    description: str = ""


class Interval(msgspec.Struct, frozen=True):
    """The prediction interval: the share of true values that it is meant to hold."""

    coverage: float


class Contract(Versioned, frozen=True):
    """contract.json; `json_schema` describes one row and is derived from `columns`."""

    model: str
    target: Target
    interval: Interval
    columns: tuple[Column, ...]
    json_schema: dict[str, Any]

    def __post_init__(self) -> None:
        """Refuse a column named twice."""
        super().__post_init__()
        names = [column.name for column in self.columns]
        if not names or len(set(names)) < len(names):
            raise ValueError("there must be at least one column and no name twice")

    def example(self) -> dict[str, object]:
        """Give a valid row made of the columns' examples."""
        return {column.name: column.example for column in self.columns if column.required or column.example is not None}

    def row_schema(self) -> dict[str, Any]:
        """Give `json_schema` as part of a document, in the order of the columns, which the file's sorted keys lose."""
        known = self.json_schema.get("properties", {})
        properties = {column.name: known[column.name] for column in self.columns if column.name in known}
        return {key: value for key, value in self.json_schema.items() if key != "$schema"} | {"properties": properties}

    def describe(self) -> dict[str, Any]:
        """Give the contract as contract.json has it."""
        return msgspec.structs.asdict(self) | {"columns": [column.describe() for column in self.columns]}
