"""CatBoost without what differs from one fit to the next; it is only imported where it is installed."""

from typing import Any, Self

import catboost

_VOLATILE = ("model_guid", "train_finish_time")


class _Bytes:
    """Takes the time and the random identifier out of a fitted model, which are all that differs in its bytes."""

    def fit(self, X: Any, y: Any, **parameters: Any) -> Self:
        """Fit as CatBoost does."""
        super().fit(X, y, **parameters)  # type: ignore[misc]
        metadata = self.get_metadata()  # type: ignore[attr-defined]
        for name in _VOLATILE:
            metadata[name] = ""
        return self


class Regressor(_Bytes, catboost.CatBoostRegressor):  # type: ignore[misc] # no types
    """`catboost.CatBoostRegressor` with `_Bytes`."""


class Classifier(_Bytes, catboost.CatBoostClassifier):  # type: ignore[misc] # no types
    """`catboost.CatBoostClassifier` with `_Bytes`."""
