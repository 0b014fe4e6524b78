"""A regressor that gives an interval with each prediction."""

from collections.abc import Callable, Iterable
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, RegressorMixin, clone
from sklearn.model_selection import KFold

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]
Folds = Iterable[tuple[NDArray[Any], NDArray[Any]]]

_FLOOR = 1e-6  # residuals below this count as this, so that their logarithm exists


class IntervalRegressor(RegressorMixin, BaseEstimator):  # type: ignore[misc] # no types
    """Point prediction with a locally weighted conformal interval.

    The model works on the target's logarithm (`target_scale="log"`) or on the target itself (`"identity"`). `point`
    learns the target and `spread` the logarithm of the absolute residual, so that the interval is wide where the model
    errs more: `point(x) ± quantile * exp(spread(x))`. The quantile is that of the cross-fitted residuals over their
    cross-fitted spreads, hence a coverage that no fitted row flatters.

    Source: Lei, G'Sell, Rinaldo, Tibshirani, Wasserman (2018), "Distribution-Free Predictive Inference for
    Regression", Journal of the American Statistical Association 113(523), section 5.2; with residuals from K folds in
    place of one split as in Vovk (2015), "Cross-conformal predictors", Annals of Mathematics and Artificial
    Intelligence 74.

    What is promised: were residuals and spreads those of rows that neither model had seen, an interval would hold the
    value of a new exchangeable row with at least the probability `coverage`. Cross-fitting uses each row for both, and
    the models are fitted once more on all rows, so that no bound holds for every distribution: CV+ (Barber, Candès,
    Ramdas, Tibshirani 2021, Annals of Statistics 49) has one, of 1 - 2 (1 - coverage), but answers by the models of all
    folds, where a portable model is one. The share is right as far as the models of all rows err as those of the folds
    do; it is measured on the evaluation set, and the gate holds it against the promise, in all and in each slice.

    Attributes:
        point_: The fitted point model.
        spread_: The fitted spread model.
        quantile_: Half the interval's width in units of the spread.
    """

    def __init__(
        self,
        point: Any,
        spread: Any,
        coverage: float = 0.8,
        folds: int = 5,
        seed: int = 0,
        target_scale: str = "log",
    ) -> None:
        self.point = point
        self.spread = spread
        self.coverage = coverage
        self.folds = folds
        self.seed = seed
        self.target_scale = target_scale

    def fit(self, X: Matrix, y: Vector) -> Self:
        """Fit on features of shape (rows, features) and targets of shape (rows,), in the target's unit."""
        z = np.log(y) if self.target_scale == "log" else np.asarray(y, dtype=np.float64)
        folds = list(KFold(self.folds, shuffle=True, random_state=self.seed).split(X))
        residuals = np.abs(z - cross_fitted(_predicted, self.point, X, z, folds))
        logarithms = np.log(np.maximum(residuals, _FLOOR))
        ratios = residuals / np.exp(cross_fitted(_predicted, self.spread, X, logarithms, folds))
        # The smallest quantile whose coverage of one more exchangeable row is at least the one asked for.
        rank = min(int(np.ceil((len(z) + 1) * self.coverage)), len(z))
        self.quantile_ = float(np.sort(ratios)[rank - 1])
        self.point_ = clone(self.point).fit(X, z)
        self.spread_ = clone(self.spread).fit(X, logarithms)
        return self

    @property
    def summary(self) -> dict[str, Any]:
        """Give what a log says of the fit."""
        return {"quantile": round(self.quantile_, 4)}

    def predict(self, X: Matrix) -> Vector:
        """Give the point predictions, shape (rows,), in the target's unit."""
        return self.predict_interval(X)[:, 0]

    def predict_interval(self, X: Matrix) -> Matrix:
        """Give prediction, lower and upper bound in the target's unit, shape (rows, 3)."""
        z = self.point_.predict(X)
        half = self.quantile_ * np.exp(self.spread_.predict(X))
        bounds = np.column_stack([z, z - half, z + half])
        return np.exp(bounds) if self.target_scale == "log" else bounds


def cross_fitted(
    answer: Callable[[Any, Matrix], Matrix], estimator: Any, X: Matrix, y: NDArray[Any], folds: Folds
) -> Matrix:
    """Give what `answer(model, rows)` says of each row by a model that was fitted without the row's fold."""
    order, found = [], []
    for rest, fold in folds:
        order.append(fold)
        found.append(answer(clone(estimator).fit(X[rest], y[rest]), X[fold]))
    return np.concatenate(found, dtype=np.float64)[np.argsort(np.concatenate(order))]


def _predicted(model: Any, X: Matrix) -> Vector:
    return np.asarray(model.predict(X))
