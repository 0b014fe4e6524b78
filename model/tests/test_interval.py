"""The interval holds the share of new rows that it promises, and is wide where the model errs more."""

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.dummy import DummyRegressor
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import LinearRegression

from model.src.interval import IntervalRegressor


def rows(number: int, seed: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Simulate a logarithm that is linear in the first feature, with a noise that grows with the second."""
    random = np.random.default_rng(seed)
    X = random.uniform(size=(number, 2))
    noise = random.normal(size=number) * (0.05 + 0.4 * X[:, 1])
    return X, np.exp(1 + X[:, 0] + noise)


def fitted(coverage: float, scale: str = "log", number: int = 1500) -> IntervalRegressor:
    spread = HistGradientBoostingRegressor(max_iter=40, max_leaf_nodes=6, learning_rate=0.1, random_state=0)
    return IntervalRegressor(LinearRegression(), spread, coverage=coverage, target_scale=scale).fit(*rows(number, 1))


@pytest.mark.parametrize("scale", ["log", "identity"])
@pytest.mark.parametrize("coverage", [0.5, 0.8, 0.95])
def test_the_coverage_of_new_rows_is_the_one_asked_for(coverage: float, scale: str) -> None:
    X, y = rows(4000, seed=2)
    bounds = fitted(coverage, scale).predict_interval(X)
    share = np.mean((bounds[:, 1] <= y) & (y <= bounds[:, 2]))
    # Three standard errors of the calibration on 1,500 rows and of the share of 4,000.
    tolerance = 3 * np.sqrt(coverage * (1 - coverage) * (1 / 1500 + 1 / 4000))
    assert share == pytest.approx(coverage, abs=tolerance)


def test_the_interval_is_wider_where_the_noise_is_larger() -> None:
    quiet, loud = np.array([[0.5, 0.05]]), np.array([[0.5, 0.95]])
    model = fitted(0.8)
    ratio = [np.divide(*model.predict_interval(X)[0, [2, 1]]) for X in (quiet, loud)]
    assert np.log(ratio[1]) > 3 * np.log(ratio[0])


@pytest.mark.parametrize("scale", ["log", "identity"])
def test_the_prediction_lies_between_its_bounds(scale: str) -> None:
    X, _ = rows(500, seed=3)
    bounds = fitted(0.8, scale).predict_interval(X)
    assert np.all(bounds[:, 1] <= bounds[:, 0])
    assert np.all(bounds[:, 0] <= bounds[:, 2])


def test_on_the_log_scale_no_bound_is_negative() -> None:
    X, _ = rows(500, seed=3)
    assert np.all(fitted(0.99).predict_interval(X) > 0)


def test_the_same_seed_gives_the_same_interval() -> None:
    X, _ = rows(50, seed=3)
    assert np.array_equal(fitted(0.8).predict_interval(X), fitted(0.8).predict_interval(X))


def test_a_perfect_fit_has_an_interval_of_almost_no_width() -> None:
    X = np.arange(40.0)[:, None]
    model = IntervalRegressor(LinearRegression(), DummyRegressor(), target_scale="identity").fit(X, 3 * X[:, 0])
    bounds = model.predict_interval(X)
    assert bounds[:, 2] - bounds[:, 1] == pytest.approx(0, abs=1e-5)


def test_few_rows_give_the_largest_residual_and_no_error() -> None:
    X, y = rows(6, seed=4)
    model = IntervalRegressor(DummyRegressor(), DummyRegressor(), coverage=0.99, folds=2).fit(X, y)
    bounds = model.predict_interval(X)
    assert np.isfinite(bounds).all()
