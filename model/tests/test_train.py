"""Parameters decide the model; what cannot be trained is refused by name."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.svm import SVR

from model import housing_models
from model.src import bundle, features, train
from model.tests import portable_cases as cases
from plumbline.kernel import canonical, hashing
from plumbline.kernel.errors import PlumblineError

PARAMETERS = train.Parameters.model_validate(
    {
        "estimator": "linear",
        "target_scale": "log",
        "seed": 1,
        "coverage": 0.8,
        "folds": 3,
        "spread": cases.SMALL_TREES,
        "estimators": {"linear": {"alpha": 1.0}, "dummy": {}, "forest": {}},
    }
)


def data(task: str = "regression") -> features.Features:
    return cases.data(cases.frame(200, task=task), task)


def parameters(task: str) -> train.Parameters:
    """Give the parameters of a task: the scale and the spread of a regression are no business of others."""
    if task == "regression":
        return PARAMETERS
    shared = PARAMETERS.model_dump(exclude={"target_scale", "spread", "estimators"})
    return train.Parameters.model_validate(shared | {"estimators": {"linear": {"C": 1.0}}})


@pytest.mark.parametrize("task", cases.TASKS)
def test_two_trainings_give_the_same_bytes(tmp_path: Path, task: str) -> None:
    digests = set()
    for name in ("first", "second"):
        canonical.dump(train.train(data(task), parameters(task), cases.rules(task)), tmp_path / name)
        digests.add(hashing.digest(tmp_path / name))
    assert len(digests) == 1


def test_the_estimator_learns_what_a_constant_cannot() -> None:
    rows = data()
    wanted = [PARAMETERS.model_copy(update={"estimator": name}) for name in ("linear", "dummy")]
    errors = [np.abs(train.train(rows, each, cases.RULES).predict(rows.X) - rows.y) for each in wanted]
    assert errors[0].mean() < 0.5 * errors[1].mean()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"estimator": "ridge"}, "train.estimator is 'ridge'; known are dummy, linear"),
        ({"estimator": "forest"}, "train.estimator is 'forest'; known are dummy, linear, hist_gradient_boosting"),
        ({"estimators": {"linear": {"beta": 1}}}, "the parameters of linear: .*'beta'"),
    ],
)
def test_an_unknown_estimator_or_parameter_is_named(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(PlumblineError, match=message):
        train.train(data(), PARAMETERS.model_copy(update=changed), cases.RULES)


def test_a_target_that_has_no_logarithm_is_refused() -> None:
    rows = replace(data(), y=np.r_[0.0, data().y[1:]])
    with pytest.raises(PlumblineError, match=r"train\.target_scale is log, and a target is not positive"):
        train.train(rows, PARAMETERS, cases.RULES)


def test_a_class_of_fewer_rows_than_folds_is_named_with_the_ways_out() -> None:
    rows = data("multiclass")
    rare = replace(rows, y=np.where(np.arange(200) < 2, 2.0, np.arange(200) % 2))
    with pytest.raises(PlumblineError, match=r"needs 3 rows .*; too few have dear \(2\): collect more"):
        train.train(rare, parameters("multiclass"), cases.rules("multiclass"))


def test_an_estimator_without_a_portable_form_is_refused_before_it_is_fitted(monkeypatch: pytest.MonkeyPatch) -> None:
    class Costly(SVR):
        def fit(self, X: np.ndarray, y: np.ndarray) -> "Costly":
            assert len(y) <= 200, "this is the real fit"
            return super().fit(X, y)

    rows = cases.data(cases.frame(600))
    monkeypatch.setitem(housing_models.ESTIMATORS, "forest", lambda *_, **__: Costly(C=1e3))
    wanted = PARAMETERS.model_copy(update={"estimator": "forest"})
    with pytest.raises(PlumblineError, match=r"Costly has no portable form .*: take an estimator that docs"):
        train.train(replace(rows, X=np.nan_to_num(rows.X)), wanted, cases.RULES)


def test_only_the_parameters_in_use_are_logged() -> None:
    logged = bundle.trained_with({"train": PARAMETERS.model_dump()})
    assert logged["alpha"] == 1.0
    assert logged["estimator"] == "linear"
    assert "estimators" not in logged
