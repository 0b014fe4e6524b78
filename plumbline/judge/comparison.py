"""Compare two models on the same rows."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Metric = Literal["rmsle", "rmse", "mae"]
_CHUNK = 200  # resamples at a time, so that their rows fit in memory


@dataclass(frozen=True)
class Difference:
    """The challenger's metric less the champion's, with its bootstrap interval; below zero it is better."""

    value: float
    lower: float
    upper: float


def losses(rows: pd.DataFrame, metric: Metric) -> NDArray[np.float64]:
    """Give each row's part in `metric`, shape (rows,).

    Args:
        rows: With the columns `actual` and `prediction`, in the target's unit.
        metric: Decides what is averaged: squared error of log(1 + value), squared error or absolute error.
    """
    actual, prediction = rows["actual"].to_numpy(), rows["prediction"].to_numpy()
    if metric == "rmsle":
        return np.asarray((np.log1p(prediction) - np.log1p(actual)) ** 2)
    error = prediction - actual
    return np.asarray(error**2 if metric == "rmse" else np.abs(error))


def bootstrap(
    challenger: NDArray[np.float64],
    champion: NDArray[np.float64],
    metric: Metric,
    confidence: float,
    resamples: int,
    seed: int,
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
        drawn.append(_mean(challenger[rows], metric) - _mean(champion[rows], metric))
    tail = (1 - confidence) / 2
    lower, upper = np.quantile(np.concatenate(drawn), [tail, 1 - tail])
    return Difference(float(_mean(challenger, metric) - _mean(champion, metric)), float(lower), float(upper))


def by_slice(challenger: pd.DataFrame, champion: pd.DataFrame, least: int) -> pd.DataFrame:
    """Compare the mean absolute error of each slice that has at least `least` rows.

    Args:
        challenger: Its slices, as `metrics.slices` gives them.
        champion: The champion's for the same rows.
        least: The fewest rows that are looked at.

    Returns:
        `slice`, `rows`, `mae`, `mae_champion` and `change`, relative to the champion's; the worst change first.
    """
    pairs = challenger[["slice", "rows", "mae"]].merge(
        champion[["slice", "mae"]], on="slice", suffixes=("", "_champion")
    )
    large = pairs[pairs["rows"] >= least]
    changed = large.assign(change=large["mae"] / large["mae_champion"] - 1)
    return changed.sort_values(["change", "slice"], ascending=[False, True], ignore_index=True)


def _mean(values: NDArray[np.float64], metric: Metric) -> NDArray[np.float64]:
    mean = values.mean(axis=-1)
    return np.asarray(mean if metric == "mae" else np.sqrt(mean))
