"""A column of the contract: what its values may be, and how the bundle and JSON Schema say so."""

import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from plumbline.kernel import moments
from plumbline.kernel.config import Strict

Kind = Literal["integer", "number", "boolean", "category", "date", "timestamp"]
LONGEST_LABEL = 200  # characters of a label that an open category takes


def _as_text(value: object) -> object:
    """Give a date that YAML has parsed as the text that it stood there as."""
    if isinstance(value, datetime.datetime):
        return moments.text(moments.seconds(value.isoformat()), "timestamp")
    return value.isoformat() if isinstance(value, datetime.date) else value


Value = Annotated[bool | int | float | str, BeforeValidator(_as_text)]


class Format(Strict):
    """How a number is written for people; the value itself stays as it is.

    Attributes:
        currency: Whose sign it has, by ISO 4217: `EUR`.
        digits: Decimal places.
        grouping: Whether thousands are set apart.
    """

    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] | None = None
    digits: Annotated[int, Field(ge=0, le=12)] | None = None
    grouping: bool | None = None


class Column(Strict):
    """One column of the data.

    Attributes:
        type: `integer`, `number`, `boolean`, `category`, `date` or `timestamp`.
        unit: Unit of a number; `None` for all else.
        categories: The labels that a category may have, in a meaningful order where there is one.
        open: Whether a category takes other labels, too, which the model treats as unknown.
        minimum: Smallest allowed value, inclusive: a number, or a date or timestamp (ISO 8601).
        maximum: Largest allowed value, inclusive.
        optional: Whether the value may be missing.
        example: A valid value, for documentation and forms.
        label: The name that people read, if it is another than the column's.
        group: Under which heading a form shows it.
        names: What people read in place of some of the `categories`.
        format: How people read a number.
    """

    type: Kind
    description: str
    unit: str | None = None
    categories: tuple[str, ...] = ()
    open: bool = False
    minimum: Value | None = None
    maximum: Value | None = None
    optional: bool = False
    example: Value | None = None
    label: str | None = None
    group: str | None = None
    names: dict[str, str] = Field(default_factory=dict)
    format: Format | None = None

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if self.type == "category":
            if not self.categories or "" in self.categories:
                raise ValueError("a category needs `categories`, none of them empty")
            if len(set(self.categories)) < len(self.categories):
                raise ValueError("a category is listed twice")
        elif self.type in ("date", "timestamp"):
            if self.minimum is None or self.maximum is None:
                raise ValueError(f"a {self.type} needs `minimum` and `maximum`")
        elif self.type != "boolean" and (self.minimum is None or self.maximum is None or self.unit is None):
            raise ValueError("a number needs `minimum`, `maximum` and `unit`")
        if self.open and self.type != "category":
            raise ValueError("only a category can be `open`")
        if self.minimum is not None and self.maximum is not None and not self.least <= self.most:
            raise ValueError("`minimum` is above `maximum`")
        return self

    @model_validator(mode="after")
    def _reads_well(self) -> Self:
        if strange := sorted(self.names.keys() - set(self.categories)):
            raise ValueError(f"`names` has {', '.join(strange)}, which is none of the categories")
        if self.format is not None and self.type not in ("integer", "number"):
            raise ValueError("only a number has a `format`")
        return self

    @property
    def least(self) -> float:
        """The smallest allowed value as `table.read_tsv` has it: days of a date, seconds of a timestamp."""
        return self._bound(self.minimum)

    @property
    def most(self) -> float:
        """The largest allowed value as `table.read_tsv` has it."""
        return self._bound(self.maximum)

    def _bound(self, value: str | float | None) -> float:
        if self.type in ("date", "timestamp"):
            return moments.number(str(value), self.type)
        if isinstance(value, str):
            raise ValueError(f"{value!r} is no number")  # noqa: TRY004 - pydantic reports values
        return float(value or 0.0)

    def describe(self) -> dict[str, Any]:
        """Give the column's entry in the bundle's contract, without its name."""
        entry: dict[str, Any] = {
            "type": self.type,
            "unit": self.unit,
            "description": self.description,
            "required": not self.optional,
            "example": self._number(self.example),
            "label": self.label,
            "group": self.group,
            "names": self.names,
            "format": self.format.model_dump(exclude_none=True) if self.format else None,
        }
        if self.type == "category":
            return entry | {"categories": list(self.categories), "open": self.open}
        return entry | {
            "minimum": self._number(self.minimum),
            "maximum": self._number(self.maximum),
        }

    def json_schema(self) -> dict[str, Any]:
        """Give the JSON Schema (draft 2020-12) of one value."""
        schema: dict[str, Any] = {"description": self.description}
        if self.label:
            schema["title"] = self.label
        if self.type == "category":
            schema |= {"type": "string", "minLength": 1, "maxLength": LONGEST_LABEL} if self.open else {
                "type": "string", "enum": list(self.categories),
            }  # fmt: skip
        elif self.type == "boolean":
            schema["type"] = "boolean"
        elif self.type in ("date", "timestamp"):
            form = "date" if self.type == "date" else "date-time"
            schema |= {"type": "string", "format": form, "x-minimum": self.minimum, "x-maximum": self.maximum}
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

    def _number(self, value: bool | str | float | None) -> bool | str | float | int | None:
        return int(value) if self.type == "integer" and value is not None else value
