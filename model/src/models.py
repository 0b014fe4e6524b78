"""A fitted model of either kind, and what it answers itself."""

import numpy as np
from numpy.typing import NDArray

from model.src.calibration import CalibratedClassifier
from model.src.interval import IntervalRegressor

Model = IntervalRegressor | CalibratedClassifier
Matrix = NDArray[np.float64]


def expected(model: Model, X: Matrix) -> Matrix:
    """Give the fitted model's own answers: prediction, lower and upper bound, or the probabilities of the classes."""
    return model.predict_proba(X) if isinstance(model, CalibratedClassifier) else model.predict_interval(X)
