"""What a model is measured by, in evaluation and gate alike."""

import pandas as pd
from sklearn import metrics

from plumbline.kernel.config import Strict


class Parameters(Strict):
    """The section `evaluate` of model/params.yaml."""

    slice_by: str


def score(rows: pd.DataFrame) -> dict[str, float]:
    """Measure predictions.

    Args:
        rows: With the columns `actual`, `prediction`, `lower` and `upper`, in the target's unit.

    Returns:
        `mae` and `rmse` in the target's unit; `rmsle`, the root mean squared error of log(1 + value); `r2`; `coverage`,
        the share of rows whose interval holds the actual value; `width`, the median width relative to the prediction.
    """
    actual, prediction = rows["actual"], rows["prediction"]
    inside = actual.between(rows["lower"], rows["upper"])
    positive = actual.min() > -1 and prediction.min() > -1
    return {
        "rows": len(rows),
        "mae": float(metrics.mean_absolute_error(actual, prediction)),
        "rmse": float(metrics.root_mean_squared_error(actual, prediction)),
        **({"rmsle": float(metrics.root_mean_squared_log_error(actual, prediction))} if positive else {}),
        "r2": float(metrics.r2_score(actual, prediction)) if len(rows) > 1 else 0.0,
        "coverage": float(inside.mean()),
        "width": float(((rows["upper"] - rows["lower"]) / prediction.abs()).median()),
    }


def slices(rows: pd.DataFrame) -> pd.DataFrame:
    """Measure each value of the column `slice`: `rows`, `mae`, `bias` (mean prediction less actual) and `coverage`."""
    error = rows["prediction"] - rows["actual"]
    inside = rows["actual"].between(rows["lower"], rows["upper"])
    measured = rows.assign(mae=error.abs(), bias=error, coverage=inside.astype(float))
    grouped = measured.groupby("slice", sort=True)
    result = grouped[["mae", "bias", "coverage"]].mean()
    result.insert(0, "rows", grouped.size())
    return result.reset_index()
