"""Whether an estimator has a portable form, found by a tiny fit before the real one takes its hours."""

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone

from model.src import models, portable
from model.src.calibration import CalibratedClassifier
from model.src.estimators import WAY_OUT, first_line, no_form
from model.src.models import Model
from plumbline.kernel.errors import PlumblineError

_ROWS = 200  # of each class, or of a regression in all: enough for a leaf of twenty on either side, twice over
_FOLDS = 2
_ROUNDS = ("n_estimators", "max_iter", "iterations")  # what libraries call the number of their steps
_FEW = 5
_TOLERANCE = 1e-6  # relative; what a bundle commonly allows


def check(model: Model, name: str, X: NDArray[np.float64], y: NDArray[np.float64]) -> None:
    """Fit a model on a few rows in a few steps, export it and compare.

    Args:
        model: Unfitted; it stays so.
        name: Of the estimator, for the message.
        X: The features, shape (rows, features).
        y: The target, shape (rows,).

    Raises:
        PlumblineError: Names the estimator, and what to do.
    """
    rows = _few(y) if isinstance(model, CalibratedClassifier) else np.arange(min(_ROWS, len(y)))
    tiny = clone(model).set_params(folds=_FOLDS)
    steps = {key: _FEW for key in tiny.get_params() if key.rpartition("__")[2] in _ROUNDS}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # five steps do not converge
        try:
            fitted = tiny.set_params(**steps).fit(X[rows], y[rows])
        except (ValueError, TypeError, RuntimeError) as error:
            raise PlumblineError(f"the estimator {name} cannot be fitted: {first_line(error)}") from None
    try:
        loaded = portable.session(portable.of_features(fitted, X.shape[1]))
        answers = np.hstack(loaded.run(None, {"features": X[rows]}))
    except PlumblineError:
        raise
    except Exception as error:  # ONNX and its runtime raise kinds of their own
        raise no_form(name, error) from None
    found = portable.difference(answers, models.expected(fitted, X[rows]), _TOLERANCE, _TOLERANCE)
    if not found <= _TOLERANCE:
        raise PlumblineError(f"the portable form of {name} differs from it by {found:.2g} (relative): {WAY_OUT}")


def _few(y: NDArray[Any]) -> NDArray[np.int64]:
    """Choose the first rows of each class."""
    return np.sort(np.concatenate([np.flatnonzero(y == label)[:_ROWS] for label in np.unique(y)]))
