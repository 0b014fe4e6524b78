"""Two models on the same rows."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plumbline.judge import comparison
from plumbline.kernel import metrics
from plumbline.kernel.contract import Contract
from plumbline.kernel.errors import PlumblineError
from plumbline.tests.judge.scored import BINARY, MULTICLASS, REGRESSION, classified, scored


@pytest.fixture
def actual() -> np.ndarray:
    return np.random.default_rng(1).uniform(50_000, 400_000, 300)


def compare(challenger: pd.DataFrame, champion: pd.DataFrame, seed: int = 42) -> comparison.Difference:
    first, second = (comparison.losses(rows, "rmsle", REGRESSION) for rows in (challenger, champion))
    return comparison.bootstrap(first, second, "rmsle", confidence=0.95, resamples=1000, seed=seed)


@pytest.mark.parametrize("metric", ["rmsle", "rmse", "mae"])
def test_the_difference_is_that_of_the_metrics(metric: comparison.Metric, actual: np.ndarray) -> None:
    rows, others = scored(actual * 1.1, actual), scored(actual * 0.95, actual)
    first, second = (comparison.losses(frame, metric, REGRESSION) for frame in (rows, others))
    found = comparison.bootstrap(first, second, metric, confidence=0.95, resamples=200, seed=1)
    mine, theirs = (metrics.score(frame, REGRESSION)[metric] for frame in (rows, others))
    assert found.value == pytest.approx(mine - theirs)
    assert found.lower <= found.value <= found.upper


def test_a_model_against_itself_differs_by_nothing(actual: np.ndarray) -> None:
    rows = scored(actual * np.random.default_rng(2).normal(1, 0.1, 300), actual)
    assert compare(rows, rows) == comparison.Difference(0.0, 0.0, 0.0)


def test_the_same_seed_gives_the_same_interval(actual: np.ndarray) -> None:
    random = np.random.default_rng(3)
    rows, others = (scored(actual * random.normal(1, 0.1, 300), actual) for _ in range(2))
    assert compare(rows, others) == compare(rows, others)
    assert compare(rows, others) != compare(rows, others, seed=7)


def test_a_clearly_worse_model_is_seen_and_swapping_both_turns_the_sign(actual: np.ndarray) -> None:
    random = np.random.default_rng(4)
    good, bad = (scored(actual * random.normal(1, spread, 300), actual) for spread in (0.05, 0.2))
    assert compare(bad, good).lower > 0
    assert compare(good, bad).upper < 0


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_pairing_takes_out_what_is_hard_for_both(seed: int) -> None:
    # Given two models that share nearly all of their errors
    random = np.random.default_rng(seed)
    actual = random.uniform(50_000, 400_000, 200)
    shared = random.normal(1, 0.2, 200)
    one, two = (scored(actual * shared * random.normal(1, 0.01, 200), actual) for _ in range(2))
    # When they are compared in pairs, and with the pairs torn apart
    paired = compare(one, two)
    torn = compare(one, two.sample(frac=1, random_state=seed))
    # Then the paired interval is the narrower one
    assert paired.upper - paired.lower < torn.upper - torn.lower


@pytest.mark.parametrize("metric", ["log_loss", "brier"])
@pytest.mark.parametrize("rules", [BINARY, MULTICLASS], ids=["binary", "multiclass"])
def test_the_difference_of_two_classifiers_is_that_of_the_metrics(metric: comparison.Metric, rules: Contract) -> None:
    rows, others = (classified(rules, 300, sharpness=sharpness) for sharpness in (0.5, 1.0))
    first, second = (comparison.losses(frame, metric, rules) for frame in (rows, others))
    found = comparison.bootstrap(first, second, metric, confidence=0.95, resamples=200, seed=1)
    assert found.value == pytest.approx(metrics.score(rows, rules)[metric] - metrics.score(others, rules)[metric])
    assert found.lower > 0


@pytest.mark.parametrize(("metric", "rules"), [("log_loss", REGRESSION), ("rmsle", BINARY)])
def test_a_metric_of_another_task_is_refused_with_those_that_fit(metric: comparison.Metric, rules: Contract) -> None:
    with pytest.raises(
        PlumblineError, match=rf"champion\.metric of the gate is {metric}; of a {rules.task} task it is"
    ):
        comparison.losses(pd.DataFrame(), metric, rules)
