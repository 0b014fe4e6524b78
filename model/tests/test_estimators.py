"""Every estimator has a portable form for every task, and the same rows give it the same bytes."""

import hashlib
import json
import subprocess
import sys
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import AdaBoostClassifier, GradientBoostingRegressor, VotingRegressor
from sklearn.gaussian_process import GaussianProcessClassifier
from sklearn.linear_model import BayesianRidge, LinearRegression, LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVR
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from model.src import boosters, dry_run, portable
from model.src.calibration import CalibratedClassifier
from model.src.interval import IntervalRegressor
from model.tests import estimator_cases
from model.tests import portable_cases as cases
from plumbline.kernel import runtime
from plumbline.kernel.errors import PlumblineError
from plumbline.testing.repository import ROOT

OWN = [label for label in estimator_cases.ESTIMATORS if label.split(",")[0] not in estimator_cases.BOOSTERS]
OPTIONAL = [label for label in estimator_cases.ESTIMATORS if label not in OWN]
LABELS = [*OWN, *(pytest.param(label, marks=pytest.mark.needs("boosters")) for label in OPTIONAL)]
TOLERANCE = 1e-12
ROWS = cases.data(estimator_cases.training("regression"))


@pytest.mark.parametrize("task", cases.TASKS)
@pytest.mark.parametrize("label", LABELS)
def test_the_portable_form_of_each_estimator_answers_as_it_does(label: str, task: str) -> None:
    assert estimator_cases.case(label, task).parity <= TOLERANCE


@pytest.mark.parametrize("labels", [OWN, pytest.param(OPTIONAL, marks=pytest.mark.needs("boosters"))])
def test_another_process_makes_the_same_bytes(labels: list[str]) -> None:
    words = [sys.executable, "-W", "ignore", "-m", "model.tests.estimator_cases", *labels]
    environment = {"PYTHONPATH": str(ROOT), **runtime.pinned(), "PYTHONHASHSEED": "7"}
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    here = {
        f"{label}/{task}": [made.digest, hashlib.sha256(made.graph).hexdigest()]
        for label in labels
        for task in cases.TASKS
        for made in [estimator_cases.case(label, task)]
    }
    assert json.loads(done.stdout) == here


@pytest.mark.parametrize("label", LABELS)
def test_a_number_on_a_split_falls_on_the_same_side(label: str) -> None:
    """Splits of libraries that compare single precision are moved to the double that decides alike."""
    made = estimator_cases.case(label, "regression")
    splits = np.unique(np.concatenate([_splits(part) for part in (made.model.point_, made.model.spread_)]))
    near = splits[np.isfinite(splits)].astype(np.float32)
    near = np.concatenate([near, np.nextafter(near, np.float32(np.inf)), np.nextafter(near, np.float32(-np.inf))])
    values = near.astype(np.float64)
    middles = (np.sort(np.unique(values))[1:] + np.sort(np.unique(values))[:-1]) / 2
    values = np.concatenate([splits[np.isfinite(splits)], values, middles])
    values = np.concatenate([values, np.nextafter(values, np.inf), np.nextafter(values, -np.inf)])
    rows = pd.DataFrame({"area": values, "age": values, "quality": pd.Series(["good"] * len(values), dtype=object)})
    steps = cases.preprocessor(estimator_cases.training("regression"))
    loaded = cases.session(made.model, steps)
    found, wanted = cases.answers(loaded, rows), cases.wanted(made.model, steps, rows)
    np.testing.assert_allclose(found[:, 0], wanted[:, 0], rtol=TOLERANCE)


def _splits(model: Any) -> np.ndarray:
    """Give the splits of the exported trees, which are none for an estimator without trees."""
    graph = portable.of_features(_alone(model), 3)
    nodes = [node for node in graph.graph.node if node.op_type == "TreeEnsemble"]
    tensors = [attribute.t for node in nodes for attribute in node.attribute if attribute.name == "nodes_splits"]
    return np.concatenate([np.zeros(1), *(np.array(tensor.double_data) for tensor in tensors)])


def _alone(model: Any) -> IntervalRegressor:
    """Put a fitted regressor where a point and its spread are."""
    result = IntervalRegressor(model, model)
    result.point_, result.spread_, result.quantile_ = model, model, 1.0
    return result


@pytest.mark.parametrize(
    "estimator",
    [
        DecisionTreeRegressor(max_depth=3, random_state=0),
        make_pipeline(StandardScaler(), DecisionTreeRegressor(max_depth=3, random_state=0)),
        BayesianRidge(),
    ],
    ids=lambda estimator: type(estimator).__name__,
)
def test_any_regressor_that_onnx_can_hold_is_taken(estimator: Any) -> None:
    X = np.nan_to_num(ROWS.X)
    model = IntervalRegressor(estimator, DecisionTreeRegressor(max_depth=2), target_scale="identity")
    fitted = model.fit(X, np.round(ROWS.y))
    loaded = portable.session(portable.of_features(fitted, 3))
    found = np.hstack(loaded.run(None, {"features": X}))
    np.testing.assert_allclose(found[:, 0], fitted.predict(X), rtol=TOLERANCE)


@pytest.mark.parametrize("task", cases.CLASSES)
@pytest.mark.parametrize(
    "estimator",
    [
        DecisionTreeClassifier(max_depth=3, random_state=0),
        GaussianNB(),
        make_pipeline(StandardScaler(), LogisticRegression()),
    ],
    ids=lambda estimator: type(estimator).__name__,
)
def test_any_classifier_that_onnx_can_hold_is_taken(estimator: Any, task: str) -> None:
    data = cases.data(estimator_cases.training(task), task)
    X = StandardScaler().fit_transform(np.nan_to_num(data.X))
    fitted = CalibratedClassifier(estimator, folds=3).fit(X, data.y)
    loaded = portable.session(portable.of_features(fitted, 3))
    found = np.hstack(loaded.run(None, {"features": X}))
    np.testing.assert_allclose(found, fitted.predict_proba(X), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(
    ("task", "estimator", "message"),
    [
        ("regression", GradientBoostingRegressor(init=LinearRegression()), "`init` has no portable form: leave `init`"),
        (
            "binary",
            GaussianProcessClassifier(),
            r"candidate has no portable form \(.*\): take an estimator",
        ),
        (
            "multiclass",
            AdaBoostClassifier(),
            r"no portable form \(.* its trees in single precision\): take",
        ),
        ("regression", SVR(), r"candidate has no portable form \(.*SVMRegressor.*\): take an estimator"),
        ("regression", VotingRegressor([("a", DecisionTreeRegressor())]), "VotingRegressor has no portable form"),
        ("regression", LogisticRegression(), "the estimator candidate cannot be fitted"),
    ],
)
def test_what_has_no_portable_form_is_refused_before_the_real_fit(task: str, estimator: Any, message: str) -> None:
    data = cases.data(estimator_cases.training(task), task)
    spread = DecisionTreeRegressor()
    model = IntervalRegressor(estimator, spread) if task == "regression" else CalibratedClassifier(estimator)
    with pytest.raises(PlumblineError, match=message):
        dry_run.check(model, "candidate", np.nan_to_num(data.X), data.y)


@pytest.mark.needs("boosters")
@pytest.mark.parametrize(
    ("name", "parameters", "message"),
    [
        ("lightgbm", {"linear_tree": True}, "linear trees have no portable form: leave linear_tree unset"),
        ("lightgbm", {"zero_as_missing": True}, "zero_as_missing has no portable form: leave it unset"),
        ("xgboost", {"booster": "gblinear"}, "gblinear has no portable form: take the booster gbtree"),
        ("catboost", {"grow_policy": "Depthwise"}, "asymmetric trees have no portable form: leave grow_policy unset"),
    ],
)
def test_what_of_a_library_has_no_portable_form_is_refused_with_the_way_out(
    name: str, parameters: dict[str, Any], message: str
) -> None:
    model = cases.unfitted(name, parameters)
    with pytest.raises(PlumblineError, match=message):
        dry_run.check(model, name, ROWS.X, ROWS.y)


def test_a_library_that_is_not_installed_is_named_with_the_way_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    with pytest.raises(PlumblineError, match=r"lightgbm needs a library .* requirements/boosters\.in"):
        cases.unfitted("lightgbm", {})


def test_a_model_tells_its_library() -> None:
    assert boosters.library(LogisticRegression()) == "sklearn"
