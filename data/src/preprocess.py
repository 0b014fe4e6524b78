"""Fit the preprocessor on the training data and write it in its canonical form."""

from plumbline.kernel import runtime

if __name__ == "__main__":
    runtime.pin()  # before the imports below take seconds that a new start would take again

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.preprocessing import OrdinalEncoder

from plumbline.kernel import canonical, contract, log, stage, table
from plumbline.kernel.contract import Contract

UNKNOWN = -1  # the code of a label that training did not see, and of a missing one


def build(rules: Contract) -> ColumnTransformer:
    """Build the preprocessor: numbers as they are, then categories as the rank of their label.

    It consists of scikit-learn's own classes only, so that every room can load it. Numbers are not scaled: a portable
    model must compare the very numbers that the thresholds were learned from.
    """
    encoder = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=UNKNOWN, dtype=np.float64)
    return ColumnTransformer(
        [("numbers", "passthrough", rules.numbers), ("categories", encoder, rules.categories)],
        verbose_feature_names_out=False,
    )


def fit(frame: pd.DataFrame, rules: Contract, seed: int) -> ColumnTransformer:
    """Fit the preprocessor; the result does not depend on the order of the rows.

    Args:
        frame: Validated rows with the contract's columns.
        rules: The contract.
        seed: For steps that draw random numbers; the present ones draw none.
    """
    np.random.seed(seed)
    ordered = frame.sort_values(rules.identifier, ignore_index=True)
    return build(rules).fit(ordered[list(rules.columns)])


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--input", type=Path, default=Path("data/raw/training_data.tsv"))
    parser.add_argument("--contract", type=Path, default=Path("data/contract.yaml"))
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    rules = contract.read(arguments.contract)
    preprocessor = fit(table.read_tsv(arguments.input, rules), rules, arguments.seed)
    canonical.dump(preprocessor, arguments.output)
    log.get("preprocess").info("fitted", output=str(arguments.output), columns=len(rules.columns))


if __name__ == "__main__":
    stage.run(main)
