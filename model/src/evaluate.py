"""Evaluate the model on the standard evaluation set."""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn import metrics

from model.src import features, plots, tracking
from plumbline.kernel import canonical, contract, jsonfile, log, stage, table
from plumbline.kernel.config import Strict, section
from plumbline.kernel.contract import Contract
from plumbline.kernel.errors import PlumblineError


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


def predict(model: object, data: features.Features, raw: pd.DataFrame, rules: Contract, slice_by: str) -> pd.DataFrame:
    """Predict every row: identifier, slice, actual, prediction, lower, upper."""
    if slice_by not in rules.columns:
        raise PlumblineError(f"evaluate.slice_by is {slice_by!r}, which is no column of the contract")
    bounds: NDArray[np.float64] = model.predict_interval(data.X)  # type: ignore[attr-defined]
    by_identifier = raw.set_index(rules.identifier)[slice_by]
    return pd.DataFrame(
        {
            rules.identifier: data.identifiers,
            "slice": by_identifier.reindex(data.identifiers).to_numpy(),
            "actual": data.y,
            "prediction": bounds[:, 0],
            "lower": bounds[:, 1],
            "upper": bounds[:, 2],
        }
    )


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=Path("model/artifacts/model.joblib"))
    parser.add_argument("--features", type=Path, default=Path("data/features/eval.parquet"))
    parser.add_argument("--raw", type=Path, default=Path("data/raw/evaluation_data.tsv"))
    parser.add_argument("--contract", type=Path, default=Path("data/contract.yaml"))
    parser.add_argument("--params", type=Path, default=Path("model/params.yaml"))
    parser.add_argument("--metrics", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True, help="folder for tables and plots")
    arguments = parser.parse_args()
    rules = contract.read(arguments.contract)
    parameters = section(Parameters, arguments.params, "evaluate")
    rows = predict(
        canonical.load(arguments.model),
        features.read(arguments.features, rules),
        table.read_tsv(arguments.raw, rules),
        rules,
        parameters.slice_by,
    )
    result = score(rows)
    by_slice = slices(rows)
    arguments.output.mkdir(parents=True, exist_ok=True)
    rows.to_csv(arguments.output / "predictions.csv", index=False, lineterminator="\n")
    by_slice.to_csv(arguments.output / "slices.csv", index=False, lineterminator="\n")
    plots.write(rows, by_slice, rules.target, parameters.slice_by, arguments.output)
    jsonfile.write(arguments.metrics, result)
    log.get("evaluate").info("evaluated", **{name: round(value, 4) for name, value in result.items()})
    tracking.record_evaluation(arguments.model, result, arguments.output)


if __name__ == "__main__":
    stage.run(main)
