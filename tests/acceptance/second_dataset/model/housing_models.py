"""The estimators of the diamonds: one linear model."""

from typing import Any

from sklearn.base import RegressorMixin
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

ESTIMATORS = ("linear", "hist_gradient_boosting")


def build(
    name: str, _task: str, parameters: dict[str, Any], numbers: list[int], categories: list[int], seed: int
) -> RegressorMixin:
    if name == "hist_gradient_boosting":
        return HistGradientBoostingRegressor(random_state=seed, early_stopping=False, **parameters)
    labels = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    scaled = make_pipeline(SimpleImputer(), StandardScaler())
    columns = ColumnTransformer([("numbers", scaled, numbers), ("labels", labels, categories)])
    return make_pipeline(columns, Ridge(**parameters))
