"""Probabilities hold what they say, and sets hold the true class as often as they promise."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import _SigmoidCalibration
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression

from model.src import calibration
from model.src.calibration import CalibratedClassifier

Rows = tuple[NDArray[np.float64], NDArray[np.float64]]


def rows(number: int, seed: int, classes: int) -> Rows:
    """Draw classes whose log odds are linear in the first two features."""
    random = np.random.default_rng(seed)
    X = random.normal(size=(number, 3))
    z = X @ np.random.default_rng(0).normal(scale=1.2, size=(3, classes))
    return X, np.argmax(z + random.gumbel(size=z.shape), axis=1).astype(float)


class Boastful(ClassifierMixin, BaseEstimator):
    """Says log odds that are several times too sure."""

    def fit(self, X: NDArray[np.float64], y: NDArray[np.int64]) -> "Boastful":
        self.inner_ = LogisticRegression().fit(X, y)
        return self

    def predict_proba(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        powers = self.inner_.predict_proba(X) ** 4
        return powers / powers.sum(axis=1, keepdims=True)


def loss(probabilities: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    return float(-np.log(probabilities[np.arange(len(y)), y.astype(int)]).mean())


@pytest.mark.parametrize("classes", [2, 4])
def test_what_was_too_sure_becomes_as_sure_as_it_may_be(classes: int) -> None:
    X, y = rows(3000, 1, classes)
    unseen, actual = rows(4000, 2, classes)
    best = LogisticRegression().fit(X, y)
    model = CalibratedClassifier(Boastful()).fit(X, y)
    assert model.slope_ == pytest.approx(0.25, rel=0.1)
    honest, boastful = (loss(each.predict_proba(unseen), actual) for each in (best, Boastful().fit(X, y)))
    assert loss(model.predict_proba(unseen), actual) < honest + 0.01 < boastful


@pytest.mark.parametrize("coverage", [0.8, 0.9, 0.95])
@pytest.mark.parametrize("classes", [2, 4])
@pytest.mark.parametrize(
    "estimator",
    [LogisticRegression(), RandomForestClassifier(50, max_depth=4, random_state=0)],
    ids=["linear", "forest"],
)
def test_sets_of_new_rows_hold_the_true_class_as_often_as_promised(
    estimator: BaseEstimator, classes: int, coverage: float
) -> None:
    model = CalibratedClassifier(estimator, coverage=coverage).fit(*rows(1500, 1, classes))
    X, y = rows(4000, 2, classes)
    held = np.mean(model.predict_proba(X)[np.arange(len(y)), y.astype(int)] >= 1 - model.threshold_)
    # Three standard errors of the threshold from 1,500 rows and of the share of 4,000.
    assert held == pytest.approx(coverage, abs=3 * np.sqrt(coverage * (1 - coverage) * (1 / 1500 + 1 / 4000)))


def test_two_classes_are_calibrated_by_platts_own_optimum() -> None:
    X, y = rows(800, 1, 2)
    margin = LogisticRegression().fit(X, y).decision_function(X) * 3 - 1
    slope, intercept = calibration._platt(margin, y.astype(int))
    known = _SigmoidCalibration().fit(margin, y)  # which says expit(-(a f + b)), with the same smoothed targets
    assert (slope, intercept) == pytest.approx((-known.a_, -known.b_), rel=1e-4)


def test_more_classes_are_calibrated_by_the_best_temperature() -> None:
    X, y = rows(800, 1, 4)
    found = LogisticRegression().fit(X, y).decision_function(X) * 5
    best = minimize(lambda t: calibration._temperature_loss(t[0], found, y.astype(int)), [1.0], method="Nelder-Mead")
    assert calibration._inverse_temperature(found, y.astype(int)) == pytest.approx(best.x[0], rel=1e-3)


def test_classes_that_a_margin_separates_get_no_infinite_slope() -> None:
    y = np.repeat([0, 1], 50)
    slope, intercept = calibration._platt(np.where(y == 1, 5.0, -5.0), y)
    # Smoothed targets: 51 of 52 and 1 of 52.
    assert expit(slope * 5 + intercept) == pytest.approx(51 / 52, rel=1e-6)


@pytest.mark.parametrize("classes", [2, 4])
def test_an_estimator_that_knows_nothing_says_the_shares_of_the_classes(classes: int) -> None:
    X, y = rows(2000, 1, classes)
    said = CalibratedClassifier(DummyClassifier(strategy="prior")).fit(X, y).predict_proba(X[:1])[0]
    shares = np.bincount(y.astype(int)) / len(y)
    assert said == pytest.approx(shares, abs=0.002) if classes == 2 else said.argmax() == shares.argmax()


def test_a_margin_that_is_worse_than_none_is_turned_into_none_and_never_turned_around() -> None:
    y = np.repeat([0, 1], 50)
    slope, intercept = calibration._platt(np.where(y == 1, -1.0, 1.0), y)
    assert slope == 0.0
    assert intercept == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize(("coverage", "rank"), [(0.5, 5), (0.55, 6), (0.8, 8), (0.9, 9)])
def test_the_threshold_is_the_finite_sample_quantile(coverage: float, rank: int) -> None:
    of_true = np.linspace(0.9, 0.1, 9)  # one less than it: 0.1 to 0.9
    assert calibration._threshold(of_true, coverage) == pytest.approx(rank / 10)


def test_where_rows_are_too_few_for_the_promise_no_class_is_ruled_out() -> None:
    assert calibration._threshold(np.linspace(0.9, 0.1, 9), 0.95) == 1.0


@pytest.mark.parametrize("classes", [2, 4])
def test_the_loss_of_a_search_is_that_of_the_calibrated_probabilities(classes: int) -> None:
    X, y = rows(500, 1, classes)
    model = CalibratedClassifier(HistGradientBoostingClassifier(max_iter=10, random_state=0)).fit(X, y)
    found = calibration.cross_fitted_margins(model.estimator, X, y.astype(int), 5, 0)
    assert calibration.log_loss(found, y.astype(int)) == pytest.approx(loss(model.cross_fitted_, y))


def test_the_most_probable_class_is_predicted_and_the_method_is_named() -> None:
    X, y = rows(300, 1, 4)
    model = CalibratedClassifier(LogisticRegression()).fit(X, y)
    assert np.array_equal(model.predict(X), model.predict_proba(X).argmax(axis=1))
    assert (model.method_, model.source[:4]) == ("temperature", "Guo,")
