"""The figures of answers to rows, and how far chance moves them on an evaluation set of a given size."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn import metrics

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]
Positions = NDArray[np.intp]

_RESAMPLES, _SEED = 200, 42  # enough for a standard deviation (Efron and Tibshirani 1993, chapter 6)


def measured(actual: Vector, answers: Matrix, width: float) -> dict[str, float]:
    """Measure answers.

    Args:
        actual: Shape (rows,): numbers, or positions of classes.
        answers: Shape (rows,) of a regression, else the probabilities, shape (rows, classes).
        width: The error up to which an interval, or a set of classes, holds the actual value.

    Returns:
        `rmse` and `r2` of a regression; `log_loss` and `accuracy` of classes, and `roc_auc` of two that both occur;
        `coverage`.
    """
    coverage = {"coverage": float((errors(actual, answers) <= width).mean())}
    if answers.ndim == 1:
        return {
            "rmse": float(metrics.root_mean_squared_error(actual, answers)),
            "r2": float(metrics.r2_score(actual, answers)),
            **coverage,
        }
    both = answers.shape[1] == 2 == np.unique(actual).size
    return {
        "log_loss": float(metrics.log_loss(actual, answers, labels=range(answers.shape[1]))),
        "accuracy": float(metrics.accuracy_score(actual, answers.argmax(axis=1))),
        **({"roc_auc": float(metrics.roc_auc_score(actual, answers[:, 1]))} if both else {}),
        **coverage,
    }


def errors(actual: Vector, answers: Matrix) -> Vector:
    """Give each row's absolute error, or what the probability of its class is less than 1; shape (rows,)."""
    if answers.ndim == 1:
        return np.abs(actual - answers)
    return np.asarray(1 - answers[np.arange(len(actual)), actual.astype(int)])


def deviations(actual: Vector, answers: Matrix, width: float, units: Positions, drawn: int) -> dict[str, float]:
    """Give the standard deviation of each figure over evaluation sets: of `drawn` units each, with their rows.

    Method: the bootstrap (Efron and Tibshirani 1993, "An Introduction to the Bootstrap", chapter 6), of whole units
    where rows of one are alike (Davison and Hinkley 1997, "Bootstrap Methods and their Application", section 3.8).

    Args:
        actual: As in `measured`.
        answers: As in `measured`.
        width: As in `measured`.
        units: Shape (rows,): what each row is drawn with, such as the number of its group.
        drawn: How many units an evaluation set has.
    """
    samples = [measured(actual[rows], answers[rows], width) for rows in _samples(actual, units, drawn)]
    samples = samples or [measured(actual, answers, width)]  # rows of one value, of which nothing deviates
    return {str(name): float(value) for name, value in pd.DataFrame(samples).std().fillna(0.0).items()}


def _samples(actual: Vector, units: Positions, drawn: int) -> Iterator[Positions]:
    order = np.argsort(units, kind="stable")
    members = np.split(order, np.flatnonzero(np.diff(units[order])) + 1)
    random = np.random.default_rng(_SEED)
    for _ in range(_RESAMPLES):
        rows = np.concatenate([members[unit] for unit in random.integers(0, len(members), drawn)])
        if np.unique(actual[rows]).size > 1:  # of one value neither r2 nor roc_auc is defined
            yield rows
