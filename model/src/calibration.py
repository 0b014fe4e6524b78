"""A classifier whose probabilities hold what they say, and whose sets of classes hold the true one as often."""

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import expit, log_softmax
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.model_selection import StratifiedKFold

from model.src.interval import cross_fitted
from model.src.margins import margins

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]

_STEPS = 100  # of Newton's method, which needs about ten
_SOURCES = {
    "platt": "Platt (1999), Probabilistic Outputs for Support Vector Machines; Lin, Lin, Weng (2007), Machine"
    " Learning 68, A Note on Platt's Probabilistic Outputs for Support Vector Machines",
    "temperature": "Guo, Pleiss, Sun, Weinberger (2017), On Calibration of Modern Neural Networks, ICML",
}
SET_METHOD = (
    "least ambiguous set, threshold from cross-fitted calibrated probabilities: Sadinle, Lei, Wasserman (2019), Journal"
    " of the American Statistical Association 114(525)"
)


class CalibratedClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc] # no types
    """Calibrated probabilities of the classes 0, 1, …, and a threshold for sets of classes.

    Each row's margins are those of an estimator that was fitted without the row's fold. On them two classes are
    calibrated by Platt scaling with smoothed targets, more by temperature scaling; the calibrated probabilities of the
    true classes give the conformal threshold. The estimator itself is fitted on all rows.

    What is promised: were the threshold taken from rows that neither estimator nor calibration had seen, a set would
    hold the true class of a new exchangeable row with at least the probability `coverage`. Cross-fitting uses each row
    for both, so that this holds as far as the estimator of all rows errs as those of the folds do; it is measured on
    the evaluation set, and the gate holds it against the promise.

    Attributes:
        estimator_: The fitted estimator.
        method_: `platt` or `temperature`.
        slope_: What margins are multiplied by: of a temperature its inverse.
        intercept_: What is added to them; 0 for a temperature.
        threshold_: A class is in the set if its probability is at least 1 - this.
        cross_fitted_: The calibrated probabilities of the training rows without their own fold, shape (rows, classes).
    """

    def __init__(self, estimator: Any, coverage: float = 0.9, folds: int = 5, seed: int = 0) -> None:
        self.estimator = estimator
        self.coverage = coverage
        self.folds = folds
        self.seed = seed

    def fit(self, X: Matrix, y: Vector) -> Self:
        """Fit on features of shape (rows, features) and classes 0, 1, … of shape (rows,), none of them absent."""
        classes = np.asarray(y).astype(int)
        found = cross_fitted_margins(self.estimator, X, classes, self.folds, self.seed)
        self.method_, self.slope_, self.intercept_ = _calibration(found, classes)
        self.cross_fitted_ = self._calibrated(found)
        self.threshold_ = _threshold(self.cross_fitted_[np.arange(len(classes)), classes], self.coverage)
        self.estimator_ = clone(self.estimator).fit(X, classes)
        return self

    def predict_proba(self, X: Matrix) -> Matrix:
        """Give the calibrated probabilities, shape (rows, classes)."""
        return self._calibrated(margins(self.estimator_, X))

    def predict(self, X: Matrix) -> NDArray[np.int64]:
        """Give the most probable class, shape (rows,)."""
        return np.asarray(np.argmax(self.predict_proba(X), axis=1))

    @property
    def summary(self) -> dict[str, Any]:
        """Give what a log says of the fit."""
        return {"method": self.method_, "threshold": round(self.threshold_, 4)}

    @property
    def source(self) -> str:
        """Where the method of calibration comes from."""
        return _SOURCES[self.method_]

    def _calibrated(self, found: Matrix) -> Matrix:
        z = found * self.slope_ + self.intercept_
        if z.shape[1] == 1:
            with np.errstate(over="ignore"):
                return np.hstack([1.0 / (1.0 + np.exp(z)), 1.0 / (1.0 + np.exp(0.0 - z))])
        powers = np.exp(z - z.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def cross_fitted_margins(estimator: Any, X: Matrix, y: NDArray[np.int64], folds: int, seed: int) -> Matrix:
    """Give each row the margins of a model that was fitted without the row's fold, shape as of `margins`."""
    parts = StratifiedKFold(folds, shuffle=True, random_state=seed).split(X, y)
    return cross_fitted(margins, estimator, X, y, parts)


def log_loss(found: Matrix, y: NDArray[np.int64]) -> float:
    """Give the mean log loss of cross-fitted margins once they are calibrated."""
    _, slope, intercept = _calibration(found, y)
    z = slope * found + intercept
    return _temperature_loss(1.0, z if z.shape[1] > 1 else np.hstack([np.zeros_like(z), z]), y)


def _calibration(found: Matrix, y: NDArray[np.int64]) -> tuple[str, float, float]:
    """Give the method of margins, and what they are multiplied by and what is added to them."""
    if found.shape[1] == 1:
        return "platt", *_platt(found[:, 0], y)
    return "temperature", _inverse_temperature(found, y), 0.0


def _platt(margin: Vector, y: NDArray[np.int64]) -> tuple[float, float]:
    """Fit slope (at least 0) and intercept by Newton's method with backtracking, as Lin, Lin and Weng do."""
    positive, negative = float(np.sum(y == 1)), float(np.sum(y == 0))
    # Smoothed targets: what a row of each class is expected to be after seeing this many of them.
    target = np.where(y == 1, (positive + 1) / (positive + 2), 1 / (negative + 2))
    prior = float(np.mean(target))
    at = np.array([0.0, np.log(prior / (1 - prior))])
    design = np.column_stack([margin, np.ones_like(margin)])

    def loss(where: Vector) -> float:
        z = design @ where
        return float(np.sum(np.logaddexp(0.0, z) - target * z))

    begin, now = at, loss(at)
    for _ in range(_STEPS):
        p = expit(design @ at)
        gradient = design.T @ (p - target)
        hessian = (design.T * (p * (1 - p))) @ design + 1e-12 * np.eye(2)
        step, size = np.linalg.solve(hessian, gradient), 1.0
        while (then := loss(at - size * step)) > now - 1e-4 * size * float(gradient @ step) and size > 1e-10:
            size /= 2
        if then >= now:
            break
        at, now = at - size * step, then
    # A margin that says less than nothing is none: then the answer is the share of the class.
    slope, intercept = (at if at[0] >= 0 else begin).tolist()
    return slope, intercept


def _inverse_temperature(found: Matrix, y: NDArray[np.int64]) -> float:
    """Find what the margins are multiplied by for the least log loss, between 1/100 and 100."""
    bound = float(np.log(100.0))
    best = minimize_scalar(
        lambda power: _temperature_loss(np.exp(power), found, y), bounds=(-bound, bound), method="bounded",
        options={"xatol": 1e-9},
    )  # fmt: skip
    return float(np.exp(best.x))


def _temperature_loss(inverse: float, found: Matrix, y: NDArray[np.int64]) -> float:
    return float(-log_softmax(inverse * found, axis=1)[np.arange(len(y)), y].mean())


def _threshold(of_true: Vector, coverage: float) -> float:
    """Give the smallest threshold whose sets hold the true class of one more exchangeable row as often as asked for."""
    rank = int(np.ceil((len(of_true) + 1) * coverage))
    return 1.0 if rank > len(of_true) else float(np.sort(1.0 - of_true)[rank - 1])
