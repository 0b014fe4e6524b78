"""XGBoost, whose answers add their leaves in double precision; it is only imported where it is installed."""

from typing import Any

import numpy as np
import xgboost
from numpy.typing import NDArray

from model.src import boosters

Matrix = NDArray[np.float64]


class _Sums:
    """Finds the leaves by XGBoost and adds them itself.

    XGBoost adds single-precision numbers one after the other, so that a thousand trees are off by 1e-5: no other order
    of the same sum, as a portable model has it, comes as near as 1e-6.
    """

    def predict(self, X: Matrix, output_margin: bool = False, **_: Any) -> Matrix:
        """Give the sums: of a regression the predictions, of classes the margins."""
        if not output_margin and isinstance(self, xgboost.XGBClassifier):
            return np.asarray(super().predict(X))  # type: ignore[misc]
        base, trees, outputs = boosters.of_xgboost(self)
        leaves = np.asarray(self.apply(X)).reshape(len(X), -1).astype(int)  # type: ignore[attr-defined]
        sums = np.tile(base, (len(X), 1))
        for number, (tree, output) in enumerate(zip(trees, outputs, strict=True)):
            sums[:, output] += tree.value[leaves[:, number]]
        return sums[:, 0] if len(base) == 1 else sums


class Regressor(_Sums, xgboost.XGBRegressor):  # type: ignore[misc] # no types
    """`xgboost.XGBRegressor` with `_Sums`."""


class Classifier(_Sums, xgboost.XGBClassifier):  # type: ignore[misc] # no types
    """`xgboost.XGBClassifier` with `_Sums`."""
