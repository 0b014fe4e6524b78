"""Compare two models on the same rows."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from plumbline.kernel import classification
from plumbline.kernel.contract import Contract
from plumbline.kernel.errors import PlumblineError

Metric = Literal["rmsle", "rmse", "mae", "log_loss", "brier"]
Vector = NDArray[np.float64]

_OF_CLASSES = ("log_loss", "brier")
_ROOTS = ("rmsle", "rmse")
_LEAST = 1e-9
_CHUNK = 200  # resamples at a time, so that their rows fit in memory


@dataclass(frozen=True)
class Difference:
    """The challenger's metric less the champion's, with its bootstrap interval; below zero it is better."""

    value: float
    lower: float
    upper: float


def losses(rows: pd.DataFrame, metric: Metric, rules: Contract) -> Vector:
    """Give each row's part in `metric`, shape (rows,).

    Args:
        rows: As `plumbline.kernel.metrics.judged` gives them.
        metric: Decides what is averaged: squared error of log(1 + value), squared error or absolute error of a number;
            of classes the log loss or the Brier score.
        rules: The contract of the rows.

    Raises:
        PlumblineError: The metric is one of another task.
    """
    if (metric in _OF_CLASSES) == (rules.task == "regression"):
        fit = "rmsle, rmse or mae" if rules.task == "regression" else "log_loss or brier"
        raise PlumblineError(f"champion.metric of the gate is {metric}; of a {rules.task} task it is {fit}")
    if metric == "log_loss":
        return classification.log_losses(rows, rules.target.categories)
    if metric == "brier":
        return classification.brier_scores(rows, rules.target.categories)
    actual, prediction = rows["actual"].to_numpy(), rows["prediction"].to_numpy()
    if metric == "rmsle":
        return np.asarray((np.log1p(prediction) - np.log1p(actual)) ** 2)
    error = prediction - actual
    return np.asarray(error**2 if metric == "rmse" else np.abs(error))


def bootstrap(
    challenger: Vector, champion: Vector, metric: Metric, confidence: float, resamples: int, seed: int
) -> Difference:
    """Give the percentile interval of the paired bootstrap.

    Both models are resampled with the same rows, so that what makes a row hard for both cancels out.

    Source: Efron and Tibshirani (1993), "An Introduction to the Bootstrap", chapters 13 and 16.

    Args:
        challenger: Its losses, shape (rows,).
        champion: The champion's losses for the same rows.
        metric: What the losses are parts of.
        confidence: Share of the resamples inside the interval.
        resamples: How many times the rows are drawn.
        seed: Of the draws.
    """
    random, count = np.random.default_rng(seed), len(challenger)
    drawn = []
    for begin in range(0, resamples, _CHUNK):
        rows = random.integers(count, size=(min(_CHUNK, resamples - begin), count))
        drawn.append(mean(challenger[rows], metric) - mean(champion[rows], metric))
    tail = (1 - confidence) / 2
    lower, upper = np.quantile(np.concatenate(drawn), [tail, 1 - tail])
    return Difference(float(mean(challenger, metric) - mean(champion, metric)), float(lower), float(upper))


def negligible(figure: float) -> float:
    """Give the difference to a figure that counts as none: models that differ in the last digits are equal."""
    return _LEAST * max(abs(figure), 1.0)


def mean(values: Vector, metric: Metric) -> Vector:
    """Give the metric of losses, over their last axis."""
    average = values.mean(axis=-1)
    return np.asarray(np.sqrt(average) if metric in _ROOTS else average)
