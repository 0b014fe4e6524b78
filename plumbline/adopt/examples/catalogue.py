"""The examples: where the table of each is, what is asked of it, and what others have reached on it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from plumbline.adopt.examples import deliveries
from plumbline.kernel.errors import PlumblineError

_TABLES = Path(__file__).parent


@dataclass(frozen=True)
class Example:
    """A table and what is asked of it.

    Attributes:
        says: What it is, in a line.
        target: The column to predict.
        metric: What others have measured, of `model/artifacts/metrics.json`.
        published: What they reached and where it stands.
        differs: How they measured otherwise than the evaluation set does.
        unit: The target's unit, if it is a number.
        time: The column by which the latest rows are for evaluation.
    """

    says: str
    target: str
    metric: str
    published: str
    differs: str
    unit: str | None = None
    time: str | None = None


EXAMPLES: Mapping[str, Example] = {
    "biopsies": Example(
        "Is a tumour malignant? 699 biopsies, some cells of which are missing",
        "Class",
        "accuracy",
        "accuracy 0.935 and 0.959: Wolberg & Mangasarian (1990), Multisurface method of pattern separation for medical"
        " diagnosis applied to breast cytology, *PNAS* 87, pages 9193 to 9196, as the data set's own notes report it",
        "theirs are of the first 369 samples, one trial each, trained on 50 % and 67 % of them; ours has rows on both"
        " sides that repeat one another",
    ),
    "wines": Example(
        "Which of three cultivars is a wine of? 178 chemical analyses",
        "cultivar",
        "accuracy",
        "accuracy 1.000 (regularized discriminant), 0.994 (quadratic), 0.989 (linear), 0.961 (nearest neighbour):"
        " Aeberhard, Coomans & de Vel (1992), Comparison of classifiers in high dimensional settings, Tech. Rep. 92-02,"
        " James Cook University",
        "theirs leave out one wine at a time, of all 178",
    ),
    "ridership": Example(
        "How many enter Chicago's station Clark/Lake on a day? 5,698 days, the latest fifth for evaluation",
        "ridership",
        "rmse",
        "RMSE 2.331 to 3.248 thousand rides, by the kind of model: Kuhn & Johnson (2019), *Feature Engineering and"
        " Selection*, section 1.3, the first set of features",
        "theirs are of four features and resampled; ours has all columns of this table, among them the counts of other"
        " stations two weeks before, and is of the latest years alone",
        unit="thousand rides",
        time="date",
    ),
    "deliveries": Example(
        "How long does a delivery take? 100,000 rows that a program makes, with columns of every kind",
        "Minutes (min)",
        "rmse",
        f"RMSE {deliveries.best_rmse():.3f} min is the best that anyone can attain: the standard deviation of the noise"
        " that `plumbline/adopt/examples/deliveries.py` adds",
        "it is that of whoever knows the program; a model is trained on some 80,000 rows",
    ),
}


def find(name: str) -> Example:
    """Give an example.

    Raises:
        PlumblineError: There is none of that name; the message says what there is.
    """
    if name in EXAMPLES:
        return EXAMPLES[name]
    raise PlumblineError(f"there is no example {name!r}: name one of\n{listed()}")


def listed() -> str:
    """Give a line for each example."""
    return "\n".join(f"  {name:<12}{example.says}" for name, example in EXAMPLES.items())


def table(name: str, folder: Path) -> Path:
    """Give an example's table as a file: one that comes with the product, or is made in `folder`."""
    if name != "deliveries":
        return _TABLES / f"{name}.csv"
    path = folder / f"{name}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    deliveries.write(path)
    return path
