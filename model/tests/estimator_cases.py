"""Every estimator for every task, small: what the tests fit twice and docs/estimators.md tells of.

Run as a program it prints the sha256 of each fitted model, for a test that fits them in another process.
"""

import hashlib
import json
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from model.src import portable
from model.src.models import Matrix, Model
from model.tests import portable_cases as cases
from plumbline.kernel import canonical, hashing

ROWS = 300
BOOSTERS = ("lightgbm", "xgboost", "catboost")
# By the name under which the table has them: the estimator, and its parameters.
ESTIMATORS: dict[str, tuple[str, dict[str, Any]]] = {
    "dummy": ("dummy", {}),
    "linear": ("linear", {}),
    "hist_gradient_boosting": ("hist_gradient_boosting", cases.SMALL_TREES),
    "hist_gradient_boosting, categorical": ("hist_gradient_boosting", cases.SMALL_TREES | {"categorical": True}),
    "gradient_boosting": ("gradient_boosting", {"n_estimators": 25}),
    "random_forest": ("random_forest", {"n_estimators": 25, "max_depth": 6}),
    "extra_trees": ("extra_trees", {"n_estimators": 25, "max_depth": 6}),
    "mlp": ("mlp", {"hidden_layer_sizes": [8], "max_iter": 400, "early_stopping": True}),
    "lightgbm": ("lightgbm", {"n_estimators": 25, "num_leaves": 6}),
    "lightgbm, categorical": ("lightgbm", {"n_estimators": 25, "num_leaves": 6, "categorical": True}),
    "xgboost": ("xgboost", {"n_estimators": 25, "max_depth": 3}),
    "catboost": ("catboost", {"iterations": 25, "depth": 3}),
}


@dataclass(frozen=True)
class Case:
    """A fitted model and its portable form.

    Attributes:
        parity: The largest relative difference of the portable form on new rows, of numbers below 1e-6 to that.
        digest: sha256 of the fitted model as the pipeline writes it.
    """

    model: Model
    graph: bytes
    parity: float
    digest: str


@cache
def training(task: str) -> pd.DataFrame:
    """Give the rows that every estimator of a task learns from."""
    return cases.frame(ROWS, task=task)


@cache
def case(label: str, task: str) -> Case:
    """Fit one of `ESTIMATORS` and export it."""
    name, parameters = ESTIMATORS[label]
    rows = training(task)
    fitted, steps = cases.model(name, parameters, "log", rows, task), cases.preprocessor(rows)
    graph = portable.export(steps, fitted, cases.rules(task), "case")
    parity = difference(fitted, portable.answers(portable.session(graph), new := unseen(task), cases.rules(task)), new)
    return Case(fitted, graph.SerializeToString(), parity, digest(fitted))


def unseen(task: str) -> pd.DataFrame:
    """Draw rows that no estimator has seen, with labels that none knows."""
    rows = cases.frame(400, seed=1, task=task)
    rows.loc[rows.index[::50], "quality"] = "a label that training did not see"
    return rows


def difference(fitted: Model, found: Matrix, rows: pd.DataFrame) -> float:
    """Compare the answers of a portable form with the model's own."""
    steps = cases.preprocessor(training("regression"))
    return portable.difference(found, cases.wanted(fitted, steps, rows), 1e-6, 1e-12)


def digest(fitted: Model) -> str:
    """Give the sha256 of the file that the pipeline would write."""
    with tempfile.TemporaryDirectory() as scratch:
        canonical.dump(fitted, Path(scratch) / "model.joblib")
        return hashing.digest(Path(scratch) / "model.joblib")


def main() -> None:
    """Print the sha256 of each model and of each portable form, of the labels that the arguments name."""
    found = {}
    for label in sys.argv[1:]:
        for task in cases.TASKS:
            made = case(label, task)
            found[f"{label}/{task}"] = [made.digest, hashlib.sha256(made.graph).hexdigest()]
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
