"""What a fitted classifier says about each class before it is calibrated: log odds, where it has them."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.linear_model._base import LinearClassifierMixin
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline

from model.src import boosters, forests

Matrix = NDArray[np.float64]

# An average of some hundred trees is often 0 or 1, which has no logarithm.
CLIP = 1e-6
_ACTIVATIONS: dict[str, Callable[[Matrix], Matrix]] = {
    "identity": lambda x: x,
    "relu": lambda x: np.maximum(x, 0.0),
    "tanh": np.tanh,
    "logistic": expit,
}
_RAW: dict[str, dict[str, Any]] = {
    "lightgbm": {"raw_score": True},
    "xgboost": {"output_margin": True},
    "catboost": {"prediction_type": "RawFormulaVal"},
}


def margins(model: Any, X: Matrix) -> Matrix:
    """Give the margins of a fitted classifier of numbered classes.

    They are log odds, up to a constant that all classes share, where the estimator has them; of one that has
    probabilities alone they are the logarithms of these, clipped at `CLIP`.

    Returns:
        Shape (rows, 1) for two classes: that of class 1 against class 0; else (rows, classes).
    """
    if isinstance(model, Pipeline):
        return margins(model[-1], model[:-1].transform(X) if len(model) > 1 else X)
    if (name := boosters.library(model)) in _RAW:
        found = model.predict(X, **_RAW[name])
    elif isinstance(model, MLPClassifier):
        found = _last_layer(model, X)
    elif has_log_odds(model):
        found = model.decision_function(X)
    else:
        found = _of_probabilities(model.predict_proba(X))
    return np.asarray(found, dtype=np.float64).reshape(len(X), -1)


def has_log_odds(model: object) -> bool:
    """Say whether a classifier has log odds, and no probabilities alone."""
    return boosters.library(model) in _RAW or isinstance(
        model, (*forests.HISTOGRAMS, *forests.GRADIENTS, LinearClassifierMixin)
    )


def _of_probabilities(probabilities: Matrix) -> Matrix:
    if probabilities.shape[1] == 2:
        positive = np.minimum(np.maximum(probabilities[:, 1], CLIP), 1.0 - CLIP)
        return np.asarray(np.log(positive / (1.0 - positive)))
    return np.asarray(np.log(np.maximum(probabilities, CLIP)))


def _last_layer(model: MLPClassifier, X: Matrix) -> Matrix:
    """Give what the network's last layer adds up, whose softmax or sigmoid are its probabilities."""
    values = X
    for weights, biases in zip(model.coefs_[:-1], model.intercepts_[:-1], strict=True):
        values = _ACTIVATIONS[model.activation](values @ weights + biases)
    return np.asarray(values @ model.coefs_[-1] + model.intercepts_[-1])
