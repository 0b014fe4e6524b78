"""The contract: what one row means. Every check of a row, here and in the services, is derived from it."""

from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from plumbline.kernel.config import Strict, parse, read_yaml

OUTPUTS = ("prediction", "lower", "upper")  # of every model, in the unit of the target


class Column(Strict):
    """One column of the data.

    Attributes:
        type: `integer`, `number` or `category`.
        unit: Unit of a number; `None` for a category.
        categories: The labels that a category may have, in a meaningful order where there is one.
        minimum: Smallest allowed number, inclusive.
        maximum: Largest allowed number, inclusive.
        optional: Whether the value may be missing.
        example: A valid value, for documentation and forms.
    """

    type: Literal["integer", "number", "category"]
    description: str
    unit: str | None = None
    categories: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    optional: bool = False
    example: str | float | None = None

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if self.type == "category":
            if not self.categories or "" in self.categories:
                raise ValueError("a category needs `categories`, none of them empty")
            if len(set(self.categories)) < len(self.categories):
                raise ValueError("a category is listed twice")
        elif self.minimum is None or self.maximum is None or self.unit is None:
            raise ValueError("a number needs `minimum`, `maximum` and `unit`")
        return self

    def describe(self) -> dict[str, Any]:
        """Give the column's entry in the bundle's contract, without its name."""
        entry: dict[str, Any] = {
            "type": self.type,
            "unit": self.unit,
            "description": self.description,
            "required": not self.optional,
            "example": self._number(self.example),
        }
        if self.type == "category":
            return entry | {"categories": list(self.categories)}
        return entry | {
            "minimum": self._number(self.minimum),
            "maximum": self._number(self.maximum),
        }

    def json_schema(self) -> dict[str, Any]:
        """Give the JSON Schema (draft 2020-12) of one value."""
        schema: dict[str, Any] = {"description": self.description}
        if self.type == "category":
            labels = list(self.categories)
            schema |= {"type": "string", "enum": labels}
        else:
            schema |= {
                "type": self.type,
                "minimum": self._number(self.minimum),
                "maximum": self._number(self.maximum),
                "x-unit": self.unit,
            }
        if self.example is not None:
            schema["examples"] = [self._number(self.example)]
        if self.optional:
            schema["type"] = [schema["type"], "null"]
            if "enum" in schema:
                schema["enum"] = [*schema["enum"], None]
        return schema

    def _number(self, value: str | float | None) -> str | float | int | None:
        return int(value) if self.type == "integer" and value is not None else value


class Target(Column):
    """The number to predict."""

    name: str
    type: Literal["integer", "number"]


class Contract(Strict):
    """The whole contract, with its columns in the order the file gives them."""

    identifier: str
    target: Target
    columns: dict[str, Column] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        for name in (self.identifier, self.target.name):
            if name in self.columns:
                raise ValueError(f"{name} is the identifier or the target and cannot be a column too")
        return self

    @property
    def numbers(self) -> list[str]:
        """Names of the numeric columns, in order."""
        return [name for name, column in self.columns.items() if column.type != "category"]

    @property
    def categories(self) -> list[str]:
        """Names of the categorical columns, in order."""
        return [name for name, column in self.columns.items() if column.type == "category"]

    def json_schema(self) -> dict[str, Any]:
        """Give the JSON Schema (draft 2020-12) of one input row; unknown properties are refused."""
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "properties": {name: column.json_schema() for name, column in self.columns.items()},
            "required": [name for name, column in self.columns.items() if not column.optional],
            "additionalProperties": False,
        }


def read(path: Path) -> Contract:
    """Read a contract.

    Raises:
        PlumblineError: The file is absent or is not a contract; the message names each violation.
    """
    return parse(Contract, read_yaml(path), str(path))
