"""The estimators by name: the one Python file of the model that is about this data set."""

from collections.abc import Callable
from typing import Any

from sklearn.base import RegressorMixin
from sklearn.compose import ColumnTransformer
from sklearn.dummy import DummyRegressor
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler


def _dummy(_numbers: list[int], _categories: list[int], _seed: int) -> RegressorMixin:
    return DummyRegressor(strategy="mean")


def _linear(numbers: list[int], categories: list[int], _seed: int, *, alpha: float) -> RegressorMixin:
    scaled = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    # The dense form: a sparse one takes another path through the solver.
    labels = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    columns = ColumnTransformer([("numbers", scaled, numbers), ("categories", labels, categories)])
    return make_pipeline(columns, Ridge(alpha=alpha))


def _hist_gradient_boosting(
    _numbers: list[int], _categories: list[int], seed: int, **parameters: Any
) -> RegressorMixin:
    # Early stopping would hold rows back, and their choice would decide the number of trees.
    return HistGradientBoostingRegressor(random_state=seed, early_stopping=False, **parameters)


ESTIMATORS: dict[str, Callable[..., RegressorMixin]] = {
    "dummy": _dummy,
    "linear": _linear,
    "hist_gradient_boosting": _hist_gradient_boosting,
}


def build(
    name: str, parameters: dict[str, Any], numbers: list[int], categories: list[int], seed: int
) -> RegressorMixin:
    """Build an unfitted regressor of the preprocessed features.

    Args:
        name: One of `ESTIMATORS`.
        parameters: Its own parameters.
        numbers: Positions of the numeric features.
        categories: Positions of the features that are codes of categories.
        seed: For every random choice.

    Raises:
        KeyError: The name is not known.
        TypeError: A parameter is not known.
    """
    return ESTIMATORS[name](numbers, categories, seed, **parameters)
