"""Evaluate the model on the standard evaluation set."""

from plumbline.kernel import runtime

if __name__ == "__main__":
    runtime.pin()  # before the imports below take seconds that a new start would take again

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.src import features, plots
from plumbline.kernel import canonical, contract, jsonfile, log, metrics, stage, table
from plumbline.kernel.config import section
from plumbline.kernel.contract import Contract
from plumbline.kernel.errors import PlumblineError


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
    parameters = section(metrics.Parameters, arguments.params, "evaluate")
    rows = predict(
        canonical.load(arguments.model),
        features.read(arguments.features, rules),
        table.read_tsv(arguments.raw, rules),
        rules,
        parameters.slice_by,
    )
    result = metrics.score(rows)
    by_slice = metrics.slices(rows)
    arguments.output.mkdir(parents=True, exist_ok=True)
    rows.to_csv(arguments.output / "predictions.csv", index=False, lineterminator="\n")
    by_slice.to_csv(arguments.output / "slices.csv", index=False, lineterminator="\n")
    plots.write(rows, by_slice, rules.target, parameters.slice_by, arguments.output)
    jsonfile.write(arguments.metrics, result)
    log.get("evaluate").info("evaluated", **{name: round(value, 4) for name, value in result.items()})


if __name__ == "__main__":
    stage.run(main)
