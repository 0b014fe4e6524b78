"""The portable form answers as scikit-learn does, for every kind of model and of row."""

from functools import cache
from typing import Any

import numpy as np
import onnxruntime
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.compose import ColumnTransformer

from model.src import portable
from model.src.models import Model
from model.tests import portable_cases as cases

MODELS: dict[str, dict[str, Any]] = {"dummy": {}, "linear": {}, "hist_gradient_boosting": cases.SMALL_TREES}
KINDS = ["log", "identity", *cases.CLASSES]  # a regression by its scale, or a classification
TOLERANCE = 1e-12  # relative; the last bits of exp and of a dot product may differ


@cache
def exported(name: str, kind: str) -> tuple[Model, ColumnTransformer, onnxruntime.InferenceSession]:
    task = kind if kind in cases.CLASSES else "regression"
    training = cases.frame(300, task=task)
    fitted, steps = cases.model(name, MODELS[name], kind, training, task), cases.preprocessor(training)
    return fitted, steps, cases.session(fitted, steps, task)


def assert_agrees(name: str, kind: str, rows: pd.DataFrame) -> None:
    fitted, steps, loaded = exported(name, kind)
    expected = cases.wanted(fitted, steps, rows)
    # On the identity scale a bound can be near zero, where only the absolute difference means something.
    smallest = TOLERANCE * np.abs(expected).max()
    task = kind if kind in cases.CLASSES else "regression"
    np.testing.assert_allclose(cases.answers(loaded, rows, task), expected, rtol=TOLERANCE, atol=smallest)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", MODELS)
def test_new_rows_get_the_same_answers(name: str, kind: str) -> None:
    assert_agrees(name, kind, cases.frame(400, seed=1))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize(
    "cells",
    [
        {"age": np.nan},
        {"quality": "a label that training did not see"},
        {"quality": ""},
        {"quality": "None"},
        {"age": -0.0, "area": 0.0},
    ],
    ids=["missing number", "unseen label", "missing label", "the label None", "zeros"],
)
def test_unusual_cells_get_the_same_answers(name: str, kind: str, cells: dict[str, Any]) -> None:
    assert_agrees(name, kind, cases.frame(3, seed=2).assign(**cells))


numbers = st.one_of(st.just(np.nan), st.floats(-1e6, 1e6, allow_nan=False))
labels = st.one_of(st.sampled_from([*cases.LABELS, ""]), st.text(st.characters(codec="utf-8", exclude_characters="\0")))


@given(area=numbers, age=numbers, quality=labels)
@settings(max_examples=100, deadline=None)
def test_any_row_gets_the_same_answer_from_boosted_trees(area: float, age: float, quality: str) -> None:
    row = pd.DataFrame({"area": [area], "age": [age], "quality": pd.Series([quality], dtype=object)})
    assert_agrees("hist_gradient_boosting", "log", row)


def test_a_number_on_a_threshold_falls_on_the_same_side() -> None:
    fitted, _, _ = exported("hist_gradient_boosting", "log")
    nodes = np.concatenate([tree.nodes for (tree,) in fitted.point_._predictors])
    splits = nodes[(nodes["is_leaf"] == 0) & (nodes["feature_idx"] == 0)]["num_threshold"]
    splits = splits[np.isfinite(splits)]
    for values in (splits, np.nextafter(splits, np.inf), np.nextafter(splits, -np.inf)):
        rows = pd.DataFrame({"area": values, "age": 40.0, "quality": pd.Series(["good"] * len(values), dtype=object)})
        assert_agrees("hist_gradient_boosting", "log", rows)


def test_an_imputed_number_beyond_single_precision_stays_within_what_the_bundle_tolerates() -> None:
    training = cases.frame(300)
    training["age"] += 0.1
    fitted, steps = cases.model("linear", {}, "log", training), cases.preprocessor(training)
    rows = training.assign(age=np.nan)
    found = cases.answers(cases.session(fitted, steps), rows)
    np.testing.assert_allclose(found, cases.wanted(fitted, steps, rows), rtol=1e-6)


def test_a_row_gets_the_same_answer_alone_and_among_others() -> None:
    _, _, loaded = exported("hist_gradient_boosting", "log")
    rows = cases.frame(100, seed=3)
    alone = np.vstack([cases.answers(loaded, rows.iloc[[i]]) for i in range(len(rows))])
    # Not bit by bit: ONNX Runtime adds the trees in another order for one row than for many.
    np.testing.assert_allclose(cases.answers(loaded, rows), alone, rtol=1e-13)


@pytest.mark.parametrize("name", MODELS)
def test_the_same_model_is_exported_to_the_same_bytes(name: str) -> None:
    fitted, steps, _ = exported(name, "log")
    first, second = (portable.export(steps, fitted, cases.RULES, "case").SerializeToString() for _ in range(2))
    assert first == second


@pytest.mark.parametrize("task", cases.CLASSES)
def test_probabilities_add_up_to_one_and_are_the_only_output(task: str) -> None:
    _, _, loaded = exported("hist_gradient_boosting", task)
    found = cases.answers(loaded, cases.frame(400, seed=1), task)
    np.testing.assert_allclose(found.sum(axis=1), 1.0, rtol=1e-15)
    (output,) = loaded.get_outputs()
    assert (output.name, output.type, output.shape[1]) == ("probabilities", "tensor(double)", len(cases.CLASSES[task]))


def test_a_difference_counts_relative_to_what_the_absolute_tolerance_allows() -> None:
    wanted = np.array([[1e-12, 1.0]])
    assert portable.difference(np.array([[1.5e-12, 1.0]]), wanted, 1e-6, 1e-9) == pytest.approx(5e-10)
    assert portable.difference(np.array([[1e-12, 1 + 2e-6]]), wanted, 1e-6, 1e-9) == pytest.approx(2e-6)
    assert not portable.difference(np.full((1, 2), np.nan), wanted, 1e-6, 1e-9) <= 1e-6


def test_inputs_are_the_contracts_columns_in_order_and_outputs_are_double() -> None:
    _, _, loaded = exported("linear", "log")
    assert [(item.name, item.type) for item in loaded.get_inputs()] == [
        ("c0", "tensor(double)"),
        ("c1", "tensor(double)"),
        ("c2", "tensor(string)"),
    ]
    assert [(item.name, item.type, item.shape[1]) for item in loaded.get_outputs()] == [
        (name, "tensor(double)", 1) for name in cases.RULES.outputs
    ]
