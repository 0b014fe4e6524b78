"""How far predictions are from what came true, with what can be said about the uncertainty."""

import math
from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy import stats

from services.monitor.app.store import Row

CONFIDENCE = 0.99  # of every interval in the report
_RESAMPLES = 1000
_DRAWS = 10**6  # at once, which bounds the memory
_SEED = 0  # the same rows give the same report

Vector = NDArray[np.float64]


class Estimate(msgspec.Struct, frozen=True):
    """A number and the interval that holds the true one with the probability CONFIDENCE."""

    value: float
    low: float
    high: float


class Errors(msgspec.Struct, frozen=True):
    """Errors of predictions whose actual is known; `mae` and `bias` in the target's unit.

    Attributes:
        rmsle: Of log(1 + x); None where a value is below zero.
        bias: Mean of prediction minus actual.
        coverage: Share of actuals inside the prediction's interval.
    """

    rows: int
    mae: Estimate
    rmsle: Estimate | None
    bias: Estimate
    coverage: Estimate

    @property
    def main(self) -> Estimate:
        """The error that is judged."""
        return self.mae


class Measured(Protocol):
    """Errors of some kind, of which one is judged."""

    @property
    def main(self) -> Estimate:
        """The error that is judged."""


class Slice(msgspec.Struct, frozen=True):
    """The errors of the rows with one label of a category."""

    column: str
    label: str
    errors: Measured


def measure(rows: Sequence[Row]) -> Errors:
    """Measure the errors of rows that all have an actual; at least two rows.

    The mean errors' intervals are bootstrapped (percentiles), the coverage's is Clopper and Pearson's exact one.
    """
    actual = np.array([row.actual for row in rows], dtype=np.float64)
    predicted = np.array([row.prediction for row in rows], dtype=np.float64)
    inside = sum(row.lower <= value <= row.upper for row, value in zip(rows, actual.tolist(), strict=True))
    rmsle = None
    if min(actual.min(), predicted.min()) >= 0:
        squares = (np.log1p(predicted) - np.log1p(actual)) ** 2
        rmsle = estimate(squares, math.sqrt)
    return Errors(
        len(rows),
        estimate(np.abs(predicted - actual)),
        rmsle,
        estimate(predicted - actual),
        share(inside, len(rows)),
    )


def slices(
    rows: Sequence[Row], columns: Sequence[str], min_rows: int, measure: Callable[[Sequence[Row]], Measured]
) -> list[Slice]:
    """Measure the errors by label of each category with enough rows, the largest mean error first."""
    found = []
    for column in columns:
        by_label: dict[str, list[Row]] = {}
        for row in rows:
            by_label.setdefault(str(row.input.get(column) or "(missing)"), []).append(row)
        if len(by_label) > 1:
            enough = {label: items for label, items in by_label.items() if len(items) >= min_rows}
            found += [Slice(column, label, measure(items)) for label, items in enough.items()]
    return sorted(found, key=lambda item: -item.errors.main.value)


def share(successes: int, rows: int) -> Estimate:
    """Give a share with Clopper and Pearson's exact interval."""
    exact = stats.binomtest(successes, rows).proportion_ci(CONFIDENCE, method="exact")
    return Estimate(successes / rows, float(exact.low), float(exact.high))


def estimate(values: Vector, of_mean: Callable[[float], float] = float) -> Estimate:
    """Give a mean with its bootstrapped interval (percentiles)."""
    generator = np.random.default_rng(_SEED)
    at_once = max(1, _DRAWS // len(values))
    means = [
        values[generator.integers(len(values), size=(min(at_once, _RESAMPLES - begin), len(values)))].mean(axis=1)
        for begin in range(0, _RESAMPLES, at_once)
    ]
    low, high = np.quantile(np.concatenate(means), [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Estimate(of_mean(float(values.mean())), of_mean(float(low)), of_mean(float(high)))
