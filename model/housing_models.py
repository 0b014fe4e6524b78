"""The estimators by name: the one Python file of the model that is about this data set."""

from collections.abc import Callable
from typing import Any

from sklearn import dummy, ensemble, linear_model, neural_network
from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from model.src.reproducible import Positions, catboost, lightgbm, xgboost


def _scaled(numbers: Positions, categories: Positions, estimator: BaseEstimator) -> BaseEstimator:
    """Put an estimator that needs complete numbers of one size behind what makes them."""
    scaled = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    # The dense form: a sparse one takes another path through the solver.
    labels = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    columns = ColumnTransformer([("numbers", scaled, numbers), ("categories", labels, categories)])
    return make_pipeline(columns, estimator)


def _dummy(task: str, _numbers: Positions, _categories: Positions, _seed: int) -> BaseEstimator:
    return dummy.DummyRegressor(strategy="mean") if task == "regression" else dummy.DummyClassifier(strategy="prior")


def _linear(task: str, numbers: Positions, categories: Positions, seed: int, **parameters: Any) -> BaseEstimator:
    if task == "regression":
        return _scaled(numbers, categories, linear_model.Ridge(**parameters))
    return _scaled(numbers, categories, linear_model.LogisticRegression(random_state=seed, **parameters))


def _mlp(task: str, numbers: Positions, categories: Positions, seed: int, **parameters: Any) -> BaseEstimator:
    kind = neural_network.MLPRegressor if task == "regression" else neural_network.MLPClassifier
    return _scaled(numbers, categories, kind(random_state=seed, **parameters))


def _hist_gradient_boosting(
    task: str, _numbers: Positions, categories: Positions, seed: int, categorical: bool = False, **parameters: Any
) -> BaseEstimator:
    """Boosted trees; with `categorical` they split by sets of labels, not by ranks."""
    regression, classes = ensemble.HistGradientBoostingRegressor, ensemble.HistGradientBoostingClassifier
    if categorical and categories:
        parameters["categorical_features"] = categories
    # Early stopping would hold rows back, and their choice would decide the number of trees.
    return (regression if task == "regression" else classes)(random_state=seed, early_stopping=False, **parameters)


def _gradient_boosting(
    task: str, _numbers: Positions, _categories: Positions, seed: int, **parameters: Any
) -> BaseEstimator:
    kind = ensemble.GradientBoostingRegressor if task == "regression" else ensemble.GradientBoostingClassifier
    return make_pipeline(SimpleImputer(strategy="median"), kind(random_state=seed, **parameters))


def _random_forest(
    task: str, _numbers: Positions, _categories: Positions, seed: int, **parameters: Any
) -> BaseEstimator:
    kind = ensemble.RandomForestRegressor if task == "regression" else ensemble.RandomForestClassifier
    return kind(random_state=seed, **parameters)


def _extra_trees(task: str, _numbers: Positions, _categories: Positions, seed: int, **parameters: Any) -> BaseEstimator:
    kind = ensemble.ExtraTreesRegressor if task == "regression" else ensemble.ExtraTreesClassifier
    return kind(random_state=seed, **parameters)


ESTIMATORS: dict[str, Callable[..., BaseEstimator]] = {
    "dummy": _dummy,
    "linear": _linear,
    "hist_gradient_boosting": _hist_gradient_boosting,
    "gradient_boosting": _gradient_boosting,
    "random_forest": _random_forest,
    "extra_trees": _extra_trees,
    "mlp": _mlp,
    "lightgbm": lightgbm,
    "xgboost": xgboost,
    "catboost": catboost,
}


def build(
    name: str, task: str, parameters: dict[str, Any], numbers: Positions, categories: Positions, seed: int
) -> BaseEstimator:
    """Build an unfitted estimator of the preprocessed features: a regressor, or a classifier of numbered classes.

    Args:
        name: One of `ESTIMATORS`.
        task: `regression`, `binary` or `multiclass`.
        parameters: Its own parameters.
        numbers: Positions of the numeric features.
        categories: Positions of the features that are codes of categories.
        seed: For every random choice.

    Raises:
        KeyError: The name is not known.
        TypeError: A parameter is not known.
        PlumblineError: A library that the estimator needs is not installed.
    """
    return ESTIMATORS[name](task, numbers, categories, seed, **parameters)
