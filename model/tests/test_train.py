"""Parameters decide the model; what cannot be trained is refused by name."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

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


def data() -> features.Features:
    frame = cases.frame(200)
    X = cases.preprocessor(frame).transform(frame[list(cases.RULES.columns)])
    return features.Features(list(cases.RULES.columns), [2], frame["id"].to_numpy(), X, frame["y"].to_numpy())


def test_two_trainings_give_the_same_bytes(tmp_path: Path) -> None:
    digests = set()
    for name in ("first", "second"):
        canonical.dump(train.train(data(), PARAMETERS), tmp_path / name)
        digests.add(hashing.digest(tmp_path / name))
    assert len(digests) == 1


def test_the_estimator_learns_what_a_constant_cannot() -> None:
    rows = data()
    errors = [
        np.abs(train.train(rows, PARAMETERS.model_copy(update={"estimator": name})).predict(rows.X) - rows.y)
        for name in ("linear", "dummy")
    ]
    assert errors[0].mean() < 0.5 * errors[1].mean()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"estimator": "ridge"}, "train.estimators of model/params.yaml has no entry 'ridge'"),
        ({"estimator": "forest"}, "train.estimator is 'forest'; known are dummy, linear, hist_gradient_boosting"),
        ({"estimators": {"linear": {"beta": 1}}}, "the parameters of linear: .*'beta'"),
    ],
)
def test_an_unknown_estimator_or_parameter_is_named(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(PlumblineError, match=message):
        train.train(data(), PARAMETERS.model_copy(update=changed))


def test_a_target_that_has_no_logarithm_is_refused() -> None:
    rows = replace(data(), y=np.r_[0.0, data().y[1:]])
    with pytest.raises(PlumblineError, match=r"train\.target_scale is log, and a target is not positive"):
        train.train(rows, PARAMETERS)


def test_only_the_parameters_in_use_are_logged() -> None:
    logged = bundle.trained_with({"train": PARAMETERS.model_dump()})
    assert logged["alpha"] == 1.0
    assert logged["estimator"] == "linear"
    assert "estimators" not in logged
