"""What a model is measured by, in evaluation and gate alike."""

from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn import metrics

from plumbline.kernel import classification
from plumbline.kernel.classification import Decider
from plumbline.kernel.config import Strict
from plumbline.kernel.contract import Contract

Matrix = NDArray[np.float64]

NEAR_ZERO = 0.1  # of the mean absolute actual value: a prediction below that counts as that where a width is relative


class Parameters(Strict):
    """The section `evaluate` of model/params.yaml."""

    slice_by: str


def judged(
    frame: pd.DataFrame, actual: "pd.Series[Any]", answers: Matrix, rules: Contract, decider: Decider | None
) -> pd.DataFrame:
    """Put a model's answers beside the actual values.

    Args:
        frame: What else is known of the rows, such as identifier and slice.
        actual: The target: a number, or a label.
        answers: The model's outputs side by side, shape (rows, numbers).
        rules: The contract of the rows.
        decider: Of a classification: decides by probabilities (`plumbline.bundle.decision`).

    Returns:
        `frame` with `actual` and `prediction`, and `lower` and `upper` of a regression, or what
        `classification.judged` adds.
    """
    rows = frame.assign(actual=actual.to_numpy())
    if decider is not None:
        return classification.judged(rows, answers, rules.target.categories, decider)
    return rows.assign(prediction=answers[:, 0], lower=answers[:, 1], upper=answers[:, 2])


def score(rows: pd.DataFrame, rules: Contract) -> dict[str, float]:
    """Measure predictions.

    Args:
        rows: As `judged` gives them.
        rules: Their contract.

    Returns:
        Of a classification see `classification.score`. Of a regression `mae` and `rmse` in the target's unit; `rmsle`,
        the root mean squared error of log(1 + value); `r2`; `coverage`, the share of rows whose interval holds the
        actual value; `width`, the median width relative to the prediction, which counts as `NEAR_ZERO` at least: where
        most predictions are 0, as of counts, nothing is relative to them.
    """
    if rules.task != "regression":
        return classification.score(rows, rules)
    actual, prediction = rows["actual"], rows["prediction"]
    positive = actual.min() > -1 and prediction.min() > -1
    least = NEAR_ZERO * (float(actual.abs().mean()) or 1.0)
    return {
        "rows": len(rows),
        "mae": float(metrics.mean_absolute_error(actual, prediction)),
        "rmse": float(metrics.root_mean_squared_error(actual, prediction)),
        **({"rmsle": float(metrics.root_mean_squared_log_error(actual, prediction))} if positive else {}),
        "r2": float(metrics.r2_score(actual, prediction)) if len(rows) > 1 else 0.0,
        "coverage": float(covered(rows, rules).mean()),
        "width": float(((rows["upper"] - rows["lower"]) / prediction.abs().clip(lower=least)).median()),
    }


def covered(rows: pd.DataFrame, rules: Contract) -> "pd.Series[bool]":
    """Say of each row whether its interval, or its set of classes, holds the actual value."""
    if rules.task != "regression":
        return rows["covered"]
    return rows["actual"].between(rows["lower"], rows["upper"])


def slices(rows: pd.DataFrame, rules: Contract) -> pd.DataFrame:
    """Measure each value of the column `slice`.

    Returns:
        `slice`, `rows`; of a regression `mae`, `bias` (mean prediction less actual) and `coverage`; of a classification
        `log_loss`, `accuracy`, `coverage` and `set_size`.
    """
    held = covered(rows, rules).astype(float)
    if rules.task == "regression":
        error = rows["prediction"] - rows["actual"]
        measured = {"mae": error.abs(), "bias": error, "coverage": held}
    else:
        loss = pd.Series(classification.log_losses(rows, rules.target.categories), rows.index)
        right = (rows["prediction"] == rows["actual"]).astype(float)
        measured = {"log_loss": loss, "accuracy": right, "coverage": held, "set_size": rows["set_size"]}
    grouped = rows.assign(**measured).groupby("slice", sort=True)
    result = grouped[list(measured)].mean()
    result.insert(0, "rows", grouped.size())
    return result.reset_index()


def slice_error(rules: Contract) -> Literal["mae", "log_loss"]:
    """Name the column of `slices` that says how much a model errs there."""
    return "mae" if rules.task == "regression" else "log_loss"
