"""What a quick model reaches on rows that it has not seen, parted as the split parts them: what the gate may ask."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn import ensemble
from sklearn.model_selection import GroupKFold, KFold, StratifiedGroupKFold, StratifiedKFold

from plumbline.adopt import kinds
from plumbline.adopt.figures import Matrix, Positions, Vector, deviations, errors, measured
from plumbline.adopt.study import Study
from plumbline.ingest.splitting import Split
from plumbline.kernel.column import Kind
from plumbline.kernel.errors import PlumblineError

COVERAGE = 0.8  # of the intervals, or sets, of the models that are built here

_ROWS, _FOLDS, _SEED = 20_000, 5, 42
_OPTIONS = {"max_iter": 100, "learning_rate": 0.1, "max_leaf_nodes": 15, "min_samples_leaf": 10, "random_state": _SEED}
_DEVIATIONS = 2.33  # of a normal distribution, beyond which 1 % lies
_OF_CONSTANT = {"r2": 0.0, "roc_auc": 0.5}  # the most that one answer to every row reaches, whatever the rows
_KEPT = 0.1  # of what the baseline has beyond that, which any model must have

Folds = Sequence[tuple[Positions, Positions]]


@dataclass(frozen=True)
class Baseline:
    """A quick model's figures.

    Attributes:
        how: How it was measured.
        differ: Whether time or groups may make rows differ from those that were learned from.
        figures: As `figures.measured` gives them.
        deviations: The standard deviation of each on evaluation sets of the size that the split gives.
    """

    how: str
    differ: bool
    figures: dict[str, float]
    deviations: dict[str, float]


def measure(study: Study, rule: Split, evaluation_rows: int) -> Baseline:
    """Measure boosted trees on at most 20,000 rows, each predicted by a model that has not seen it.

    Where rows are split by time, one model of all earlier rows predicts the later ones, as the gate will have it:
    cross-validation at random would show the model the future (Tashman 2000, "Out-of-sample tests of forecasting
    accuracy", International Journal of Forecasting 16). Groups stay whole in five folds (Roberts et al. 2017,
    "Cross-validation strategies for data with temporal, spatial, hierarchical, or phylogenetic structure", Ecography
    40). All other rows are cross-validated at random. `coverage` is that of intervals as wide as 80 % of the errors of
    cross-validation at random, from which models calibrate theirs: less where time or groups make rows differ.

    Args:
        study: The table.
        rule: How rows are chosen for evaluation.
        evaluation_rows: How many are.

    Raises:
        PlumblineError: The rows for training have one class alone.
    """
    rows = study.rows.sample(min(_ROWS, len(study.rows)), random_state=_SEED)
    features = pd.DataFrame({name: _feature(rows[name], reading.kind) for name, reading in study.columns.items()})
    actual, classes = _actual(study, rows), len(study.asks.classes)
    everything = np.arange(len(rows))
    units, training, how, drawn = everything, everything, "cross-validated", min(evaluation_rows, len(rows))
    if rule.by == "time":
        later = _later(rows, study, rule)
        training, how = everything[~later], f"on the rows from {rule.since} on"
    at_random = _folds(actual, training, None, classes)
    folds = at_random
    if rule.by == "time":
        folds = [(training, everything[later])]
        drawn = min(drawn, int(later.sum()))
    elif rule.by == "group":
        units, how = pd.factorize(rows[rule.column])[0], f"cross-validated by {rule.column}"
        folds = _folds(actual, training, units, classes)
        drawn = max(1, round(len(np.unique(units)) * evaluation_rows / len(study.rows)))
    seen, answers = _answered(features, actual, folds, classes)
    known, calibrating = (seen, answers) if folds is at_random else _answered(features, actual, at_random, classes)
    width = float(np.quantile(errors(actual[known], calibrating), COVERAGE))
    actual = actual[seen]
    return Baseline(
        how,
        folds is not at_random,
        measured(actual, answers, width),
        deviations(actual, answers, width, units[seen], drawn),
    )


def limits(found: Baseline) -> dict[str, dict[str, float]]:
    """Give the absolute limits of the gate: what any model that learned something reaches on other rows, too.

    Chance may make an evaluation set worse than the baseline's rows, as one in a hundred is, and another estimator may
    err a quarter more or have 0.1 less of a share. A model with one answer to every row is refused all the same, by
    the figures that are known of it, unless chance alone may give the baseline no more than those.
    """
    allowed: dict[str, dict[str, float]] = {}
    for name, value in found.figures.items():
        chance = _DEVIATIONS * found.deviations[name]
        if name in ("rmse", "log_loss"):
            allowed[name] = {"maximum": _rounded(1.25 * (value + chance))}
        elif name in _OF_CONSTANT and value - chance > (constant := _OF_CONSTANT[name]):
            allowed[name] = {"minimum": _rounded(max(value - chance - 0.1, constant + _KEPT * (value - constant)))}
        elif name == "accuracy" and value - chance > 0.1:
            allowed[name] = {"minimum": _rounded(value - chance - 0.1)}
    return allowed


def tolerance(found: Baseline, least: float) -> float:
    """Give how far the coverage may be from what was promised: three deviations of chance, and `least` at least.

    Of rows that time or groups make differ no coverage can be promised (Barber, Candès, Ramdas, Tibshirani 2023,
    "Conformal prediction beyond exchangeability", Annals of Statistics 51): another estimator's may fall short twice as
    far as the baseline's, and by 0.1.
    """
    short = 2 * max(0.0, COVERAGE - found.figures["coverage"]) + 0.1 if found.differ else 0.0
    return round(min(0.5, max(least, short + 3 * found.deviations["coverage"])), 2)


def notes(found: Baseline) -> list[str]:
    """Say what a person should look at before the first model is built."""
    said = []
    if unlearned := sorted(_OF_CONSTANT.keys() & found.figures.keys() - limits(found).keys()):
        said.append(
            "the baseline is no better than one answer to every row, as far as the evaluation set can tell, so that"
            f" the gate limits no {unlearned[0]}: which columns would tell more?"
        )
    if found.figures["coverage"] < COVERAGE - 3 * found.deviations["coverage"]:
        said.append(
            f"{found.how}, {COVERAGE:.0%} intervals hold {found.figures['coverage']:.0%} of the actual values: those"
            " rows differ from the ones that are learned from"
        )
    return said


def _actual(study: Study, rows: pd.DataFrame) -> Vector:
    if study.asks.task == "regression":
        return kinds.numbers(rows[study.target], "number")
    return rows[study.target].map(list(study.asks.classes).index).to_numpy(dtype=np.float64)


def _later(rows: pd.DataFrame, study: Study, rule: Split) -> NDArray[np.bool_]:
    kind = study.columns[str(rule.column)].kind
    assert kind is not None  # query.split_rule refuses a column without
    first = kinds.numbers(pd.Series([str(rule.since)]), kind)
    return np.asarray(kinds.numbers(rows[str(rule.column)], kind) >= first)


def _folds(actual: Vector, rows: Positions, units: Positions | None, classes: int) -> Folds:
    """Part rows in at most five folds, with as many of each class if there are classes, and with whole units."""
    counts = np.bincount(actual[rows].astype(int)) if classes else np.array([len(rows)])
    parts = min(_FOLDS, int(counts[counts > 0].min()), len(rows) if units is None else len(np.unique(units)))
    by: KFold | StratifiedKFold | GroupKFold | StratifiedGroupKFold
    if units is None:
        by = (StratifiedKFold if classes else KFold)(max(2, parts), shuffle=True, random_state=_SEED)
    else:
        by = (StratifiedGroupKFold if classes else GroupKFold)(max(2, parts), shuffle=True, random_state=_SEED)
    found = by.split(rows[:, None], actual[rows], None if units is None else units[rows])
    return [(rows[rest], rows[fold]) for rest, fold in found]


def _answered(features: pd.DataFrame, actual: Vector, folds: Folds, classes: int) -> tuple[Positions, Matrix]:
    """Give the rows of all folds, and what a model of the other rows answers: numbers, or probabilities by class."""
    answers = []
    for rest, fold in folds:
        if not classes:
            regressor = ensemble.HistGradientBoostingRegressor(early_stopping=False, **_OPTIONS)
            answers.append(regressor.fit(features.iloc[rest], actual[rest]).predict(features.iloc[fold]))
            continue
        if np.unique(actual[rest]).size < 2:
            raise PlumblineError(
                "training would have rows of one class alone: name another column for --time or --group, or none"
            )
        classifier = ensemble.HistGradientBoostingClassifier(early_stopping=False, **_OPTIONS)
        found = classifier.fit(features.iloc[rest], actual[rest]).predict_proba(features.iloc[fold])
        answers.append(np.zeros((len(fold), classes)))
        answers[-1][:, classifier.classes_.astype(int)] = found
    return np.concatenate([fold for _, fold in folds]), np.concatenate(answers)


def _feature(cells: "pd.Series[str]", kind: Kind | None) -> "pd.Series[float]":
    if kind == "category" or kind is None:
        return cells.rank(method="dense").where(cells != "")
    return pd.Series(kinds.numbers(cells, kind), index=cells.index)


def _rounded(value: float) -> float:
    return float(f"{value:.3g}")
