"""The distributions of the training data that a service's inputs are later compared with."""

from typing import Any

import numpy as np
import pandas as pd

from plumbline.kernel.contract import Contract


def describe(frame: pd.DataFrame, rules: Contract, bins: int) -> dict[str, Any]:
    """Count the training rows by bin or by label.

    Args:
        frame: Validated rows.
        rules: Names the columns.
        bins: The number of bins of equal frequency; fewer where many values are equal.

    Returns:
        The content of the bundle's `reference.json`, described in docs/bundle.md.
    """
    features: dict[str, Any] = {}
    for name, column in rules.columns.items():
        if column.type == "category":
            counts = frame[name].value_counts()
            labels = {label: int(counts.get(label, 0)) for label in column.categories}
            features[name] = {"counts": labels, "missing": int((frame[name] == "").sum())}
        else:
            missing = int(frame[name].isna().sum())
            features[name] = _histogram(frame[name].dropna(), bins) | {"missing": missing}
    target = _histogram(frame[rules.target.name], bins)
    return {"schema_version": 1, "rows": len(frame), "features": features, "target": target}


def _histogram(values: "pd.Series[float]", bins: int) -> dict[str, Any]:
    inner = np.linspace(0, 1, bins + 1)[1:-1]
    edges = np.unique(np.quantile(values, inner)) if len(values) else np.array([])
    counts = np.bincount(np.searchsorted(edges, values, side="right"), minlength=len(edges) + 1)
    return {"edges": edges.tolist(), "counts": counts.tolist()}
