"""Turn the raw files into features with the fitted preprocessor."""

from plumbline.kernel import runtime

if __name__ == "__main__":
    runtime.pin()  # before the imports below take seconds that a new start would take again

import argparse
from pathlib import Path

import pandas as pd
from sklearn.compose import ColumnTransformer

from plumbline.kernel import canonical, contract, log, parquet, stage, table
from plumbline.kernel.config import settings
from plumbline.kernel.contract import Contract


def featurize(frame: pd.DataFrame, preprocessor: ColumnTransformer, rules: Contract) -> pd.DataFrame:
    """Transform validated rows.

    Returns:
        The identifier, one float64 column for each feature under its column's name, and the target, sorted by
        the identifier.
    """
    ordered = frame.sort_values(rules.identifier, ignore_index=True)
    values = preprocessor.transform(ordered[list(rules.columns)])
    features = pd.DataFrame(values, columns=list(preprocessor.get_feature_names_out()))
    return pd.concat([ordered[[rules.identifier]], features, ordered[[rules.target.name]]], axis=1)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--training", type=Path, default=Path("data/raw/training_data.tsv"))
    parser.add_argument("--evaluation", type=Path, default=Path("data/raw/evaluation_data.tsv"))
    parser.add_argument("--contract", type=Path, default=Path("data/contract.yaml"))
    parser.add_argument("--preprocessor", type=Path, default=Path("data/preprocessor.joblib"))
    parser.add_argument("--output", type=Path, required=True, help="folder for train.parquet and eval.parquet")
    arguments = parser.parse_args()
    rules = contract.read(arguments.contract)
    preprocessor = canonical.load(arguments.preprocessor)
    for source, name in ((arguments.training, "train"), (arguments.evaluation, "eval")):
        parts = table.sorted_parts(source, rules, settings().part_rows)
        path = arguments.output / f"{name}.parquet"
        rows = parquet.write((featurize(part, preprocessor, rules) for part in parts), path)
        log.get("featurize").info("written", file=str(path), rows=rows)


if __name__ == "__main__":
    stage.run(main)
