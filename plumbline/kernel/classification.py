"""What a classification is measured by."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn import metrics

from plumbline.kernel.contract import Contract

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]

BINS = 10  # of the calibration error, each with as many rows as the others
_LEAST = np.finfo(float).eps  # a probability of 0 has no logarithm


class Decider(Protocol):
    """Decides by the probabilities of the classes, as `plumbline.bundle.decision` does."""

    def decide(self, probabilities: Sequence[float]) -> int:
        """Give the position of the decided class."""

    def keep(self, probabilities: Sequence[float], decided: int) -> list[int]:
        """Give the positions of the classes that are not ruled out."""


def judged(rows: pd.DataFrame, probabilities: Matrix, labels: Sequence[str], decider: Decider) -> pd.DataFrame:
    """Decide each row.

    Args:
        rows: With the column `actual`, a label.
        probabilities: Shape (rows, classes).
        labels: The classes, in the order of the probabilities.
        decider: Decides.

    Returns:
        `rows` with `prediction`, a label; `set_size` and `covered`, whether the set holds the actual class; and the
        probability of each class, in `p0`, `p1`, …
    """
    found = probabilities.tolist()
    decided = [decider.decide(row) for row in found]
    kept = [decider.keep(row, one) for row, one in zip(found, decided, strict=True)]
    positions = {label: k for k, label in enumerate(labels)}
    return rows.assign(
        prediction=[labels[k] for k in decided],
        set_size=[len(item) for item in kept],
        covered=[positions[label] in item for label, item in zip(rows["actual"], kept, strict=True)],
        **{f"p{k}": probabilities[:, k] for k in range(len(labels))},
    )


def probabilities_of(rows: pd.DataFrame, labels: Sequence[str]) -> Matrix:
    """Give the probabilities of judged rows, shape (rows, classes)."""
    return np.asarray(rows[[f"p{k}" for k in range(len(labels))]], dtype=np.float64)


def one_hot(rows: pd.DataFrame, labels: Sequence[str]) -> Matrix:
    """Give 1 for the actual class and 0 for each other, shape (rows, classes)."""
    equal = rows["actual"].to_numpy()[:, None] == np.asarray(labels, dtype=object)[None, :]
    return np.asarray(equal, dtype=np.float64)


def log_losses(rows: pd.DataFrame, labels: Sequence[str]) -> Vector:
    """Give each row's negative logarithm of the probability of its actual class."""
    of_actual = (probabilities_of(rows, labels) * one_hot(rows, labels)).sum(axis=1)
    return np.asarray(-np.log(np.maximum(of_actual, _LEAST)))


def brier_scores(rows: pd.DataFrame, labels: Sequence[str]) -> Vector:
    """Give each row's squared error of its probabilities: of two classes that of one, of more the sum over all.

    Source: Brier (1950), "Verification of Forecasts Expressed in Terms of Probability", Monthly Weather Review 78.
    """
    errors = ((probabilities_of(rows, labels) - one_hot(rows, labels)) ** 2).sum(axis=1)
    return np.asarray(errors / 2 if len(labels) == 2 else errors)


def calibration(probability: Vector, happened: Vector) -> pd.DataFrame:
    """Compare probabilities with what happened in `BINS` bins, each with as many rows as the others.

    Source: Naeini, Cooper, Hauskrecht (2015), "Obtaining Well Calibrated Probabilities Using Bayesian Binning", AAAI;
    bins of equal frequency as in Nguyen and O'Connor (2015), EMNLP, for bins of equal width leave some almost empty.

    Returns:
        `rows`, `probability` (mean) and `share` (of what happened) of each bin, ascending.
    """
    order = np.argsort(probability, kind="stable")
    parts = [part for part in np.array_split(order, BINS) if len(part)]
    return pd.DataFrame(
        {
            "rows": [len(part) for part in parts],
            "probability": [float(probability[part].mean()) for part in parts],
            "share": [float(happened[part].mean()) for part in parts],
        }
    )


def reliability(rows: pd.DataFrame, rules: Contract) -> pd.DataFrame:
    """Give `calibration` of the positive class, or of the most probable of several classes (Guo et al. 2017)."""
    labels = rules.target.categories
    found, actual = probabilities_of(rows, labels), one_hot(rows, labels)
    if rules.task == "binary":
        positive = labels.index(rules.positive)
        return calibration(found[:, positive], actual[:, positive])
    best, every = found.argmax(axis=1), np.arange(len(rows))
    return calibration(found[every, best], actual[every, best])


def one_against_others(rows: pd.DataFrame, rules: Contract) -> list[tuple[str, Vector, Vector]]:
    """Give a label, what happened and its probability: the positive class, or each that some are of, not all."""
    labels = rules.target.categories
    found, actual = probabilities_of(rows, labels), one_hot(rows, labels)
    chosen = [labels.index(rules.positive)] if rules.task == "binary" else range(len(labels))
    return [(labels[k], actual[:, k], found[:, k]) for k in chosen if 0 < actual[:, k].sum() < len(rows)]


def score(rows: pd.DataFrame, rules: Contract) -> dict[str, float]:
    """Measure a classification.

    Args:
        rows: As `judged` gives them.
        rules: Their contract.

    Returns:
        `log_loss`; `brier`; `ece`, the expected calibration error by `reliability`; `accuracy` of the decided class;
        `recall_least`, the smallest share of a class that was recognised; `roc_auc` and `pr_auc` (average precision),
        of the positive class or the mean of one class against the others; `coverage`, the share of sets that hold the
        actual class; `set_size`, their mean size. What needs two classes is left out where there is one.
    """
    labels, bins, ranked = rules.target.categories, reliability(rows, rules), {}
    if known := one_against_others(rows, rules):
        ranked = {
            "roc_auc": float(np.mean([metrics.roc_auc_score(happened, said) for _, happened, said in known])),
            "pr_auc": float(np.mean([metrics.average_precision_score(happened, said) for _, happened, said in known])),
        }
    return {
        "rows": len(rows),
        "log_loss": float(log_losses(rows, labels).mean()),
        "brier": float(brier_scores(rows, labels).mean()),
        "ece": float(np.average((bins["probability"] - bins["share"]).abs(), weights=bins["rows"])),
        "accuracy": float((rows["prediction"] == rows["actual"]).mean()),
        "recall_least": float(by_class(rows, rules)["recall"].min()),
        **ranked,
        "coverage": float(rows["covered"].mean()),
        "set_size": float(rows["set_size"].mean()),
    }


def by_class(rows: pd.DataFrame, rules: Contract) -> pd.DataFrame:
    """Measure each class: `class`, `rows`, `recall`, `precision` (NaN if it is never said) and `coverage`."""
    labels = rules.target.categories
    right = rows["actual"] == rows["prediction"]
    table = [
        {
            "class": label,
            "rows": int((rows["actual"] == label).sum()),
            "recall": right[rows["actual"] == label].mean(),
            "precision": right[rows["prediction"] == label].mean(),
            "coverage": rows["covered"][rows["actual"] == label].mean(),
        }
        for label in labels
    ]
    return pd.DataFrame(table)


def confusion(rows: pd.DataFrame, rules: Contract) -> NDArray[np.int64]:
    """Count the rows by actual class (rows) and decided class (columns), shape (classes, classes)."""
    labels = list(rules.target.categories)
    actual, decided = (rows[name].to_numpy(dtype=str) for name in ("actual", "prediction"))
    return np.asarray(metrics.confusion_matrix(actual, decided, labels=labels))
