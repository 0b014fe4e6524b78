"""Fit the preprocessor on the training data and write it in its canonical form."""

from plumbline.kernel import runtime

if __name__ == "__main__":
    runtime.pin()  # before the imports below take seconds that a new start would take again

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.preprocessing import OrdinalEncoder

from plumbline.kernel import canonical, contract, log, stage, table
from plumbline.kernel.calendar import CalendarParts
from plumbline.kernel.column import Kind
from plumbline.kernel.config import settings
from plumbline.kernel.contract import Contract

UNKNOWN = -1  # the code of a label that training did not see, and of a missing one


def build(rules: Contract) -> ColumnTransformer:
    """Build the preprocessor: numbers as they are, parts of dates, then categories as the rank of their label.

    It consists of scikit-learn's and the kernel's classes only, so that every room can load it. Numbers are not scaled:
    a portable model must compare the very numbers that the thresholds were learned from. Of an open category, labels
    that the contract does not list are unknown here as they are in the services.
    """
    opened = [name for name in rules.categories if rules.columns[name].open]
    listed = [sorted(rules.columns[name].categories) for name in opened]
    steps = [
        ("numbers", "passthrough", _of_kind(rules, "integer", "number", "boolean")),
        ("dates", CalendarParts("date"), _of_kind(rules, "date")),
        ("timestamps", CalendarParts("timestamp"), _of_kind(rules, "timestamp")),
        ("categories", _encoder(), [name for name in rules.categories if name not in opened]),
        ("open", _encoder(categories=listed), opened),
    ]
    return ColumnTransformer([step for step in steps if step[2]], verbose_feature_names_out=False)


def _of_kind(rules: Contract, *kinds: Kind) -> list[str]:
    return [name for name in rules.numbers if rules.columns[name].type in kinds]


def _encoder(**given: Any) -> OrdinalEncoder:
    return OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=UNKNOWN, dtype=np.float64, **given)


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


def telling(parts: Iterator[pd.DataFrame], rules: Contract) -> pd.DataFrame:
    """Give the rows that `fit` has to see: if steps learn labels and nothing else, those that show one as the first.

    Any other step, such as a scaler, sees every row, which must then fit into memory.
    """
    if not all(_learns_labels_only(step) for _, step, _ in build(rules).transformers):
        return pd.concat(parts, ignore_index=True)
    known: dict[str, set[str]] = {name: set() for name in rules.categories}
    kept = []
    for part in parts:
        first = pd.Series(part.index == 0, index=part.index)  # if there is no category, one row is enough
        for name, labels in known.items():
            first |= ~part[name].duplicated() & ~part[name].isin(labels)
            labels.update(part.loc[first, name])
        kept.append(part[first])
    return pd.concat(kept, ignore_index=True)


def _learns_labels_only(step: Any) -> bool:
    if type(step) is OrdinalEncoder:
        return step.min_frequency is None and step.max_categories is None  # both count rows
    return step in ("passthrough", "drop") or type(step) is CalendarParts


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--input", type=Path, default=Path("data/raw/training_data.tsv"))
    parser.add_argument("--contract", type=Path, default=Path("data/contract.yaml"))
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    rules = contract.read(arguments.contract)
    rows = telling(table.typed_parts(arguments.input, rules, settings().part_rows), rules)
    preprocessor = fit(rows, rules, arguments.seed)
    canonical.dump(preprocessor, arguments.output)
    log.get("preprocess").info("fitted", output=str(arguments.output), columns=len(rules.columns))


if __name__ == "__main__":
    stage.run(main)
