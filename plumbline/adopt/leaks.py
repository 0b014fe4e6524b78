"""Columns that give the target away: it under another name, or what is known only after it."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from sklearn.metrics import roc_auc_score

from plumbline.adopt import kinds
from plumbline.kernel.column import Kind

_SAME, _NEARLY = 0.99999, 0.99
_LEAST = 20  # rows from which on a relation is none by chance


def relation(cells: "pd.Series[str]", kind: Kind, target: "pd.Series[str]", of_classes: bool) -> float:
    """Say how far a column is the target itself: 1 if each of its values has one value of the target and the reverse.

    Numbers are compared by the larger of Pearson's and Spearman's correlation, a number with two classes by the area
    under the ROC curve, scaled to 0 to 1; all else by whether the values map one to one.
    """
    both = (cells != "") & (target != "")
    if both.sum() < _LEAST:
        return 0.0
    cells, target = cells[both], target[both]
    if _one_to_one(cells, target) and (of_classes or kind == "category"):
        return 1.0
    if kind == "category":
        return 0.0
    values = kinds.numbers(cells, kind)
    if not of_classes:
        return _correlation(values, pd.to_numeric(target).to_numpy(dtype=np.float64))
    if target.nunique() == 2:
        return min(_NEARLY, float(abs(2 * roc_auc_score(target == target.iloc[0], values) - 1)))
    return 0.0


def is_target(value: float) -> bool:
    """Whether a relation says that the column is the target under another name."""
    return value >= _SAME


def is_suspicious(value: float) -> bool:
    """Whether a relation is too good to be true of what is known before the target."""
    return _NEARLY <= value < _SAME


def _one_to_one(cells: "pd.Series[str]", target: "pd.Series[str]") -> bool:
    pairs = pd.DataFrame({"a": cells, "b": target}).drop_duplicates()
    return len(pairs) == cells.nunique() == target.nunique() and 2 * len(pairs) <= len(cells)


def _correlation(values: NDArray[np.float64], target: NDArray[np.float64]) -> float:
    if np.ptp(values) == 0 or np.ptp(target) == 0:
        return 0.0
    pearson, spearman = np.corrcoef(values, target)[0, 1], stats.spearmanr(values, target).statistic
    return float(max(abs(pearson), abs(spearman)))
