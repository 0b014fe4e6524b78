"""The distributions of the training data that a service's inputs and answers are later compared with."""

import numpy as np
import pandas as pd

from model.src.calibration import CalibratedClassifier
from model.src.models import Model
from plumbline.bundle import SCHEMA_VERSION
from plumbline.bundle.files import Distribution, Reference
from plumbline.kernel.contract import Contract


def describe(frame: pd.DataFrame, model: Model, rules: Contract, bins: int) -> Reference:
    """Count the training rows by bin or by label, and what the model says of them without their own fold.

    Args:
        frame: Validated rows.
        model: Fitted on them.
        rules: Names the columns.
        bins: The number of bins of equal frequency; fewer where many values are equal.

    Returns:
        The content of the bundle's `reference.json`.
    """
    features: dict[str, Distribution] = {}
    for name, column in rules.columns.items():
        if column.type == "category":
            features[name] = _labels(frame[name], column.categories)
        else:
            features[name] = _histogram(frame[name].dropna(), bins, int(frame[name].isna().sum()))
    values, labels = frame[rules.target.name], rules.target.categories
    if not isinstance(model, CalibratedClassifier):
        return Reference(SCHEMA_VERSION, len(frame), features, _histogram(values, bins))
    outputs = {label: _histogram(pd.Series(model.cross_fitted_[:, k]), bins) for k, label in enumerate(labels)}
    counts = Distribution(_labels(values, labels).counts)
    return Reference(SCHEMA_VERSION, len(frame), features, counts, outputs)


def _labels(values: "pd.Series[str]", labels: tuple[str, ...]) -> Distribution:
    counts = values.value_counts()
    known = {label: int(counts.get(label, 0)) for label in labels}
    return Distribution(known, missing=int((values == "").sum()))


def _histogram(values: "pd.Series[float]", bins: int, missing: int | None = None) -> Distribution:
    """Count by bins; a value that as many rows have as a bin holds is an atom and has a bin of its own."""
    counts = values.value_counts()
    atoms = np.array(counts.index[counts >= len(values) / bins], dtype=np.float64)
    others = values[~values.isin(atoms)]
    count = max(round(bins * len(others) / max(len(values), 1)), 1)
    inner = np.quantile(others, np.linspace(0, 1, count + 1)[1:-1]) if len(others) else np.array([])
    edges = np.unique(np.concatenate([inner, atoms, np.nextafter(atoms, np.inf)]))
    found = np.bincount(np.searchsorted(edges, values, side="right"), minlength=len(edges) + 1)
    return Distribution(found.tolist(), edges.tolist(), missing)
