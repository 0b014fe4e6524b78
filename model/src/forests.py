"""The trees of scikit-learn's estimators, output by output."""

from typing import Any

import numpy as np
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from model.src.trees import Ensemble, Tree, ensemble, of_single_precision
from plumbline.kernel.errors import PlumblineError

HISTOGRAMS = (HistGradientBoostingClassifier, HistGradientBoostingRegressor)
GRADIENTS = (GradientBoostingClassifier, GradientBoostingRegressor)
AVERAGES = (ExtraTreesClassifier, ExtraTreesRegressor, RandomForestClassifier, RandomForestRegressor)
SINGLE = (DecisionTreeClassifier, DecisionTreeRegressor)


def of_histograms(model: Any) -> list[Ensemble]:
    """Collect the trees of a HistGradientBoosting, which compares doubles and adds doubles."""
    columns, labels = np.arange(model.n_features_in_), []
    if model._preprocessor is not None:
        # scikit-learn puts the categorical features first, and takes each label for its rank among those it has seen.
        columns = np.argsort(~model.is_categorical_, kind="stable")
        labels = model._preprocessor.named_transformers_["encoder"].categories_
    baseline = np.ravel(model._baseline_prediction)
    return [
        ensemble(float(baseline[k]), (_of_records(step[k], columns, labels) for step in model._predictors))
        for k in range(len(baseline))
    ]


def _of_records(tree: Any, columns: Any, labels: list[Any]) -> Tree:
    nodes = tree.nodes
    true, false = nodes["left"].astype(np.int64), nodes["right"].astype(np.int64)
    missing = nodes["missing_go_to_left"].astype(bool)
    members: dict[int, list[float]] = {}
    for node in np.flatnonzero(nodes["is_categorical"] & (nodes["is_leaf"] == 0)).tolist():
        bits = tree.raw_left_cat_bitsets[nodes[node]["bitset_idx"]]
        known = labels[nodes[node]["feature_idx"]]
        left = np.array([bool(bits[rank // 32] >> (rank % 32) & 1) for rank in range(len(known))], dtype=bool)
        # What is no member takes the false branch, a label that was never seen among them: that of the missing ones.
        if missing[node]:
            true[node], false[node], left = false[node], true[node], ~left
        missing[node] = False
        members[node] = [float(code) for code in known[left] if not np.isnan(code)]
    feature = np.where(nodes["is_leaf"] == 1, -1, columns[nodes["feature_idx"]])
    return Tree(feature, nodes["num_threshold"], missing, true, false, nodes["value"], members)


def of_gradients(model: Any) -> list[Ensemble]:
    """Collect the trees of a GradientBoosting, which compares single precision and adds doubles.

    Raises:
        PlumblineError: It begins with another estimator.
    """
    if not (model.init_ == "zero" or isinstance(model.init_, DummyClassifier | DummyRegressor)):
        raise PlumblineError(f"{type(model).__name__} with `init` has no portable form: leave `init` unset")
    begin = np.ravel(model._raw_predict_init(np.zeros((1, model.n_features_in_))))
    return [
        ensemble(float(begin[k]), (_of_arrays(part.tree_, model.learning_rate) for part in model.estimators_[:, k]))
        for k in range(len(begin))
    ]


def of_averages(model: Any) -> list[Ensemble]:
    """Collect the trees of a forest, or a tree, whose answer is their average: of classes, the probability of each."""
    parts = [model] if isinstance(model, SINGLE) else list(model.estimators_)
    outputs = parts[0].tree_.value.shape[2]
    chosen = [1] if outputs == 2 else range(outputs)  # of two classes the second says all
    return [ensemble(0.0, (_of_arrays(part.tree_, 1.0 / len(parts), k) for part in parts)) for k in chosen]


def _of_arrays(tree: Any, scale: float, output: int = 0) -> Tree:
    feature = np.where(tree.children_left < 0, -1, tree.feature)
    missing = np.asarray(tree.missing_go_to_left, dtype=bool)
    split = of_single_precision(tree.threshold, strict=False)
    return Tree(feature, split, missing, tree.children_left, tree.children_right, scale * tree.value[:, 0, output])
