"""The distributions of the training data that a service's inputs are later compared with."""

import numpy as np
import pandas as pd

from plumbline.bundle import SCHEMA_VERSION
from plumbline.bundle.files import Distribution, Reference
from plumbline.kernel.contract import Contract


def describe(frame: pd.DataFrame, rules: Contract, bins: int) -> Reference:
    """Count the training rows by bin or by label.

    Args:
        frame: Validated rows.
        rules: Names the columns.
        bins: The number of bins of equal frequency; fewer where many values are equal.

    Returns:
        The content of the bundle's `reference.json`.
    """
    features: dict[str, Distribution] = {}
    for name, column in rules.columns.items():
        if column.type == "category":
            counts = frame[name].value_counts()
            labels = {label: int(counts.get(label, 0)) for label in column.categories}
            features[name] = Distribution(labels, missing=int((frame[name] == "").sum()))
        else:
            missing = int(frame[name].isna().sum())
            features[name] = Distribution(*_histogram(frame[name].dropna(), bins), missing)
    target = Distribution(*_histogram(frame[rules.target.name], bins))
    return Reference(SCHEMA_VERSION, len(frame), features, target)


def _histogram(values: "pd.Series[float]", bins: int) -> tuple[list[int], list[float]]:
    inner = np.linspace(0, 1, bins + 1)[1:-1]
    edges = np.unique(np.quantile(values, inner)) if len(values) else np.array([])
    counts = np.bincount(np.searchsorted(edges, values, side="right"), minlength=len(edges) + 1)
    return counts.tolist(), edges.tolist()
