"""The contract: what one row means. Every check of a row, here and in the services, is derived from it."""

import datetime
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from plumbline.kernel import moments
from plumbline.kernel.config import Strict, parse, read_yaml

Task = Literal["regression", "binary", "multiclass"]
Kind = Literal["integer", "number", "boolean", "category", "date", "timestamp"]
LONGEST_LABEL = 200  # characters of a label that an open category takes


def _as_text(value: object) -> object:
    """Give a date that YAML has parsed as the text that it stood there as."""
    if isinstance(value, datetime.datetime):
        return moments.text(moments.seconds(value.isoformat()), "timestamp")
    return value.isoformat() if isinstance(value, datetime.date) else value


Value = Annotated[bool | int | float | str, BeforeValidator(_as_text)]


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


class Target(Column):
    """What to predict: a number, or one of the categories.

    Attributes:
        positive: The class of a binary target whose probability is its score; the last one if nothing is said.
    """

    name: str
    type: Literal["integer", "number", "category"]
    positive: str | None = None


class Decision(Strict):
    """How a class follows from its probabilities: the most probable one, unless something else is said.

    Attributes:
        threshold: Of the positive class of a binary target, from which on it is chosen.
        costs: What it costs to say the inner class where the outer is true; what is absent costs nothing.
    """

    threshold: float | None = Field(default=None, ge=0, le=1)
    costs: dict[str, dict[str, Annotated[float, Field(ge=0)]]] | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if self.threshold is not None and self.costs is not None:
            raise ValueError("a decision is by `threshold` or by `costs`, not by both")
        return self


class Contract(Strict):
    """The whole contract, with its columns in the order the file gives them.

    Attributes:
        task: What the target asks for.
        identifier: The column that tells rows apart, of type `identifier_type`.
    """

    task: Task = "regression"
    identifier: str
    identifier_type: Literal["integer", "string"] = "integer"
    target: Target
    decision: Decision = Decision()
    columns: dict[str, Column] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        for name in (self.identifier, self.target.name):
            if name in self.columns:
                raise ValueError(f"{name} is the identifier or the target and cannot be a column too")
        return self

    @model_validator(mode="after")
    def _task_fits(self) -> Self:
        target, decision = self.target, self.decision
        if (self.task == "regression") == (target.type == "category"):
            wanted = "a number" if self.task == "regression" else "a category"
            raise ValueError(f"the target of a {self.task} task is {wanted}; `task` says what is predicted")
        if target.optional or target.open:
            raise ValueError("the target can be neither `optional` nor `open`")
        count = len(target.categories)
        if (self.task == "binary" and count != 2) or (self.task == "multiclass" and count < 3):
            raise ValueError(f"a {self.task} target has {count} categories: binary has two, multiclass more")
        if target.positive is not None and (self.task != "binary" or target.positive not in target.categories):
            raise ValueError("`positive` names one of the two categories of a binary target")
        if decision.threshold is not None and self.task != "binary":
            raise ValueError("a `threshold` decides a binary target; for more classes name `costs`")
        named = {name for true, row in (decision.costs or {}).items() for name in (true, *row)}
        if named - set(target.categories):
            raise ValueError(
                f"the costs name {', '.join(sorted(named - set(target.categories)))}, which is no category"
            )
        return self

    @property
    def positive(self) -> str:
        """The class that a binary model's score is the probability of; empty for all other tasks."""
        return (self.target.positive or self.target.categories[-1]) if self.task == "binary" else ""

    @property
    def outputs(self) -> tuple[str, ...]:
        """Names of the model's outputs: in the target's unit, or the probabilities of its categories."""
        return ("prediction", "lower", "upper") if self.task == "regression" else ("probabilities",)

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of the model's inputs, in the order of the columns."""
        return tuple(f"c{number}" for number in range(len(self.columns)))

    @property
    def numbers(self) -> list[str]:
        """Names of the columns that are numbers, booleans, dates and timestamps, in order."""
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
