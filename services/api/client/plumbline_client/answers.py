"""What the service answers, typed."""

from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True)
class Interval:
    """Where the true value lies, with the probability `coverage`; None if the answer does not say."""

    lower: float
    upper: float
    coverage: float | None


@dataclass(frozen=True)
class Explanation:
    """Which fields moved a prediction; baseline and contributions add up to it.

    Attributes:
        unit: The target's, or log odds of `category`.
        category: The class whose odds are explained; None of a number.
    """

    prediction: float
    baseline: float
    contributions: dict[str, float]
    unit: str = ""
    category: str | None = None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the model says of a row.

    Attributes:
        prediction: A number in `unit`, or the decided class.
        interval: Of a number; None of a class.
        probabilities: By class; None of a number.
        prediction_set: The classes that are not ruled out; None of a number.
        unit: Empty in lists, and of a class.
        created_at: ISO 8601.
        model: Name, version and bundle_sha256.
        lineage: Commit, run and data hashes; empty in lists.
    """

    prediction: float | str
    interval: Interval | None
    probabilities: dict[str, float] | None
    prediction_set: list[str] | None
    unit: str
    created_at: str
    model: dict[str, Any]
    lineage: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Prediction(Answer):
    """An answer that the service keeps.

    Attributes:
        id: To read it again, to explain it, and to record what turned out to be true.
        actual: What turned out to be true, if that is recorded.
    """

    id: str
    actual: float | str | None

    @classmethod
    def parse(cls, item: dict[str, Any], shared: dict[str, Any] | None = None) -> Self:
        """Make a prediction of an answer's part; `shared` holds what a batch says once for all."""
        values = (shared or {}) | item
        return cls(**_said(values), id=values["id"], actual=values.get("actual"))


@dataclass(frozen=True, kw_only=True)
class WhatIf(Answer):
    """An answer that the service does not keep, with its explanation."""

    explanation: Explanation

    @classmethod
    def parse(cls, values: dict[str, Any]) -> Self:
        """Make it of the answer to one row."""
        (item,) = values["predictions"]
        return cls(**_said(values | item), explanation=Explanation(**values["explanation"]))


def _said(values: dict[str, Any]) -> dict[str, Any]:
    bounds = values.get("interval", values)
    return {
        "prediction": values["prediction"],
        "interval": Interval(bounds["lower"], bounds["upper"], bounds.get("coverage")) if "lower" in bounds else None,
        "probabilities": values.get("probabilities"),
        "prediction_set": values.get("prediction_set"),
        "unit": values.get("unit", ""),
        "created_at": values["created_at"],
        "model": values["model"],
        "lineage": values.get("lineage", {}),
    }


@dataclass(frozen=True)
class Violation:
    """One rule that one field of a request breaks; `field` is a JSON pointer."""

    field: str
    rule: str
    message: str
