"""The interval covers what it promises, and is wide where the model errs."""

import numpy as np
import pytest
from sklearn.dummy import DummyRegressor
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import LinearRegression

from model.src.interval import IntervalRegressor


def simulate(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Give prices whose noise grows with the first feature."""
    random = np.random.default_rng(seed)
    X = random.uniform(0, 1, (count, 2))
    noise = random.normal(0, 0.05 + 0.4 * X[:, 0])
    return X, np.exp(10 + X[:, 1] + noise)


def model(coverage: float = 0.8, scale: str = "log") -> IntervalRegressor:
    spread = HistGradientBoostingRegressor(max_iter=40, max_leaf_nodes=6, min_samples_leaf=40, random_state=1)
    return IntervalRegressor(LinearRegression(), spread, coverage=coverage, seed=1, target_scale=scale)


@pytest.mark.parametrize("coverage", [0.5, 0.8, 0.95])
@pytest.mark.parametrize("scale", ["log", "identity"])
def test_new_rows_lie_inside_as_often_as_promised(coverage: float, scale: str) -> None:
    fitted = model(coverage, scale).fit(*simulate(2000, seed=1))
    X, y = simulate(5000, seed=2)
    bounds = fitted.predict_interval(X)
    assert np.mean((bounds[:, 1] <= y) & (y <= bounds[:, 2])) == pytest.approx(coverage, abs=0.03)


def test_the_interval_is_wide_where_the_noise_is() -> None:
    fitted = model().fit(*simulate(2000, seed=1))
    calm, noisy = fitted.predict_interval(np.array([[0.05, 0.5], [0.95, 0.5]]))
    assert (noisy[2] - noisy[1]) > 3 * (calm[2] - calm[1])


def test_the_prediction_lies_between_its_bounds_and_is_what_predict_gives() -> None:
    X, y = simulate(500, seed=1)
    fitted = model().fit(X, y)
    bounds = fitted.predict_interval(X)
    assert (bounds[:, 1] < bounds[:, 0]).all()
    assert (bounds[:, 0] < bounds[:, 2]).all()
    assert fitted.predict(X).tolist() == bounds[:, 0].tolist()


def test_a_larger_coverage_is_never_a_narrower_interval() -> None:
    data = simulate(500, seed=1)
    quantiles = [model(coverage).fit(*data).quantile_ for coverage in (0.5, 0.8, 0.95)]
    assert quantiles == sorted(quantiles)


def test_residuals_of_zero_have_an_interval_too() -> None:
    X = np.arange(20.0)[:, None]
    exact = IntervalRegressor(LinearRegression(), DummyRegressor(), target_scale="identity").fit(X, 2 * X[:, 0] + 1)
    assert np.isfinite(exact.predict_interval(X)).all()
