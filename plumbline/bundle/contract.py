"""The contract of a bundle: what a row may hold and what the answer means (docs/bundle.md)."""

from typing import Any, Literal

import msgspec

from plumbline.bundle import moments
from plumbline.bundle.files import Versioned

Task = Literal["regression", "binary", "multiclass"]
Kind = Literal["integer", "number", "boolean", "category", "date", "timestamp"]
BOUNDED = frozenset({"integer", "number", "date", "timestamp"})  # kinds that have a minimum and a maximum


class Format(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a number is written for people: with a currency's sign (ISO 4217), decimal places, thousands set apart."""

    currency: str | None = None
    digits: int | None = None
    grouping: bool | None = None


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One column of a row.

    Attributes:
        unit: Unit of a number; None for what has none.
        minimum: Smallest allowed value, inclusive: a number, or a date or timestamp as text; None for labels.
        maximum: Largest allowed value, inclusive.
        categories: The labels of a category that training knows; empty for all else.
        open: Whether a category takes other labels, too, which the model treats as unknown.
        required: Whether the value must be there; otherwise it may be left out or null.
        label: The name that people read, if it is another than `name`.
        group: Under which heading a form shows it.
        names: What people read in place of some of the categories.
        format: How people read a number.
    """

    name: str
    type: Kind
    description: str = ""
    unit: str | None = None
    minimum: int | float | str | None = None
    maximum: int | float | str | None = None
    categories: tuple[str, ...] = ()
    open: bool = False
    required: bool = True
    example: str | bool | int | float | None = None
    label: str | None = None
    group: str | None = None
    names: dict[str, str] = {}
    format: Format | None = None

    def __post_init__(self) -> None:
        """Refuse a column that lacks what its type needs."""
        if self.type == "category":
            if not self.categories or "" in self.categories:
                raise ValueError(f"column {self.name} needs categories, none of them empty")
        elif self.type in BOUNDED and (self.minimum is None or self.maximum is None):
            raise ValueError(f"column {self.name} needs a minimum and a maximum")
        if self.type in BOUNDED and self.least > self.most:
            raise ValueError(f"column {self.name} has a minimum above its maximum")

    @property
    def least(self) -> float:
        """The smallest allowed value as the model takes it: days of a date, seconds of a timestamp."""
        return _bound(self.minimum, self.type, 0.0)

    @property
    def most(self) -> float:
        """The largest allowed value as the model takes it."""
        return _bound(self.maximum, self.type, 1.0)

    def describe(self) -> dict[str, Any]:
        """Give the column as contract.json has it: without what its type does not need."""
        idle = {key for key in ("label", "group", "names", "format", "open") if not getattr(self, key)}
        idle |= {"categories", "open"} if self.type != "category" else set()
        idle |= {"minimum", "maximum"} if self.type not in BOUNDED else set()
        return {key: value for key, value in msgspec.to_builtins(self).items() if key not in idle}


class Target(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is predicted: a number and its unit, or one of `categories`.

    Attributes:
        categories: The classes, in the order of the model's probabilities; empty for a number.
        positive: The class that a binary model's score is the probability of; empty for all other models.
        label: The name that people read, if it is another than `name`.
        names: What people read in place of some of the categories.
        format: How people read a number.
    """

    name: str
    unit: str = ""
    description: str = ""
    categories: tuple[str, ...] = ()
    positive: str = ""
    label: str | None = None
    names: dict[str, str] = {}
    format: Format | None = None


class Output(msgspec.Struct, frozen=True):
    """A tensor that the model gives: one number a row, or a probability for each class."""

    name: str
    type: Literal["number", "probability"]


class Interval(msgspec.Struct, frozen=True):
    """The prediction interval: the share of true values that it is meant to hold."""

    coverage: float


class PredictionSet(msgspec.Struct, frozen=True):
    """Which classes are not ruled out: those whose probability is at least 1 - `threshold`.

    Attributes:
        coverage: The share of true classes that the set is meant to hold.
        method: How the threshold was found, with its source.
    """

    coverage: float
    threshold: float
    method: str


class Decision(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a class follows from the probabilities: the most probable one, unless something else is said.

    Attributes:
        threshold: Of the positive class of a binary model, from which on it is chosen.
        costs: What it costs to say the inner class where the outer is true; what is absent costs nothing.
    """

    threshold: float | None = None
    costs: dict[str, dict[str, float]] | None = None


class Calibration(msgspec.Struct, frozen=True):
    """How the probabilities were made to hold what they say, with the method's source."""

    method: str
    source: str


NUMBERS = (Output("prediction", "number"), Output("lower", "number"), Output("upper", "number"))
PROBABILITIES = (Output("probabilities", "probability"),)


class Contract(Versioned, frozen=True, kw_only=True):
    """contract.json; `json_schema` describes one row and is derived from `columns`."""

    model: str
    target: Target
    columns: tuple[Column, ...]
    json_schema: dict[str, Any]
    task: Task = "regression"
    outputs: tuple[Output, ...] = NUMBERS
    interval: Interval | None = None
    prediction_set: PredictionSet | None = None
    decision: Decision = Decision()
    calibration: Calibration | None = None

    def __post_init__(self) -> None:
        """Refuse a contract that contradicts itself."""
        super().__post_init__()
        names = [column.name for column in self.columns]
        if not names or len(set(names)) < len(names):
            raise ValueError("there must be at least one column and no name twice")
        if self.task == "regression":
            if self.interval is None or self.outputs != NUMBERS:
                raise ValueError("a regression needs an interval, and the outputs prediction, lower and upper")
            return
        classes = self.target.categories
        if len(classes) < 2 or len(set(classes)) < len(classes) or (self.task == "binary") != (len(classes) == 2):
            raise ValueError("the target needs two categories (binary) or more (multiclass), none of them twice")
        if self.prediction_set is None or self.outputs != PROBABILITIES:
            raise ValueError("a classification needs a prediction_set, and the output probabilities")
        if self.task == "binary" and self.target.positive not in classes:
            raise ValueError("target.positive is none of the target's categories")

    @property
    def inputs(self) -> dict[str, Column]:
        """What each of the model's inputs holds, in order: version 1 named them like the columns."""
        if self.schema_version == 1:
            return {column.name: column for column in self.columns}
        return {f"c{number}": column for number, column in enumerate(self.columns)}

    @property
    def output_names(self) -> list[str]:
        """Names of the model's outputs, in order."""
        return [output.name for output in self.outputs]

    @property
    def coverage(self) -> float:
        """The share of true values that the interval, or the set, is meant to hold."""
        promised = self.interval or self.prediction_set
        return promised.coverage if promised else 0.0

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
        plain: dict[str, Any] = msgspec.to_builtins(self)
        return plain | {"columns": [column.describe() for column in self.columns]}


def _bound(value: int | float | str | None, kind: Kind, otherwise: float) -> float:
    if value is None:
        return otherwise
    if kind in ("date", "timestamp"):
        return moments.number(str(value), kind)
    if isinstance(value, str):
        raise ValueError(f"{value!r} is no number")  # noqa: TRY004 - msgspec reports values
    return float(value)
