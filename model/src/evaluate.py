"""Evaluate the model on the standard evaluation set."""

from plumbline.kernel import runtime

if __name__ == "__main__":
    runtime.pin()  # before the imports below take seconds that a new start would take again

import argparse
from pathlib import Path

import pandas as pd

from model.src import class_plots, description, features, models, plots
from model.src.models import Model
from plumbline.bundle.decision import Decider
from plumbline.kernel import canonical, classification, contract, jsonfile, log, metrics, stage, table
from plumbline.kernel.config import section
from plumbline.kernel.contract import Contract
from plumbline.kernel.errors import PlumblineError
from plumbline.kernel.files import whole


def predict(model: Model, data: features.Features, raw: pd.DataFrame, rules: Contract, slice_by: str) -> pd.DataFrame:
    """Predict every row: identifier, slice, and what `metrics.judged` adds."""
    if slice_by not in rules.columns:
        raise PlumblineError(f"evaluate.slice_by is {slice_by!r}, which is no column of the contract")
    by_identifier = raw.set_index(rules.identifier)
    known = by_identifier.reindex(data.identifiers)
    rows = pd.DataFrame({rules.identifier: data.identifiers, "slice": known[slice_by].to_numpy()})
    decider = None if rules.task == "regression" else Decider(description.describe(rules, model, "evaluated"))
    return metrics.judged(rows, known[rules.target.name], models.expected(model, data.X), rules, decider)


def write(rows: pd.DataFrame, rules: Contract, slice_by: str, folder: Path) -> None:
    """Write the tables and the plots of an evaluation.

    Args:
        rows: As `predict` gives them.
        rules: Their contract.
        slice_by: The column that the slices are values of.
        folder: Is made where it is missing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    by_slice = metrics.slices(rows, rules)
    tables = {"predictions": rows, "slices": by_slice}
    if rules.task == "regression":
        plots.write(rows, rules.target, folder)
    else:
        tables["classes"] = classification.by_class(rows, rules)
        class_plots.write(rows, rules, folder)
    plots.write_slices(by_slice, metrics.slice_error(rules), rules.target, slice_by, folder)
    for name, content in tables.items():
        with whole(folder / f"{name}.csv") as partial:
            content.to_csv(partial, index=False, lineterminator="\n")


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
    result = metrics.score(rows, rules)
    write(rows, rules, parameters.slice_by, arguments.output)
    jsonfile.write(arguments.metrics, result)
    log.get("evaluate").info("evaluated", **{name: round(value, 4) for name, value in result.items()})


if __name__ == "__main__":
    stage.run(main)
