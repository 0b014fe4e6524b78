"""Boosted trees of every shape become an operator that adds up the same leaves."""

import numpy as np
import onnxruntime
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from onnx import TensorProto, helper
from sklearn.ensemble import HistGradientBoostingRegressor

from model.src import forests, trees


def answers(ensemble: trees.Ensemble, X: NDArray[np.float64]) -> NDArray[np.float64]:
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        [ensemble.node("X", "y")],
        "trees",
        [value("X", TensorProto.DOUBLE, [None, X.shape[1]])],
        [value("y", TensorProto.DOUBLE, [None, 1])],
    )
    opsets = [helper.make_opsetid("", 21), helper.make_opsetid("ai.onnx.ml", 5)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=10)
    return onnxruntime.InferenceSession(model.SerializeToString()).run(None, {"X": X})[0][:, 0]


def data(number: int = 200) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    random = np.random.default_rng(0)
    X = random.normal(size=(number, 3))
    X[::7, 1] = np.nan
    return X, np.nan_to_num(X).sum(axis=1) + random.normal(scale=0.1, size=number)


@pytest.mark.parametrize("leaves", [2, 3, 31])
@pytest.mark.parametrize("iterations", [1, 40])
def test_trees_of_any_size_add_up_to_the_same_sum(leaves: int, iterations: int) -> None:
    X, y = data()
    model = HistGradientBoostingRegressor(max_leaf_nodes=leaves, max_iter=iterations, min_samples_leaf=3).fit(X, y)
    np.testing.assert_allclose(answers(forests.of_histograms(model)[0], X), model.predict(X), rtol=1e-13, atol=1e-13)


def test_trees_of_a_single_leaf_give_the_baseline() -> None:
    X, y = data(30)  # fewer than two leaves of 20 rows need, so that no tree can split
    model = HistGradientBoostingRegressor(min_samples_leaf=20, max_iter=3).fit(X, y)
    assert all(len(tree.nodes) == 1 for (tree,) in model._predictors)
    np.testing.assert_allclose(answers(forests.of_histograms(model)[0], X), model.predict(X), rtol=1e-13)


def test_a_missing_value_goes_the_way_that_training_chose() -> None:
    X = np.array([[1.0], [2.0], [np.nan]] * 30)
    for of_missing in (-5.0, 5.0):
        y = np.array([0.0, 1.0, of_missing] * 30)
        model = HistGradientBoostingRegressor(min_samples_leaf=5, max_iter=20).fit(X, y)
        np.testing.assert_allclose(
            answers(forests.of_histograms(model)[0], X), model.predict(X), rtol=1e-13, atol=1e-13
        )


def test_a_constant_is_given_for_any_row_even_a_missing_one() -> None:
    ensemble = trees.Ensemble()
    ensemble.add_constant(2.5)
    assert answers(ensemble, np.array([[-np.inf], [0.0], [np.inf], [np.nan]])).tolist() == [2.5] * 4


def test_a_categorical_split_takes_labels_that_are_unknown_missing_or_no_whole_numbers_as_the_library_does() -> None:
    random = np.random.default_rng(1)
    X = np.column_stack([random.integers(-1, 40, 600).astype(float), random.normal(size=600)])
    X[::9, 0] = np.nan
    y = np.sin(7 * np.nan_to_num(X[:, 0])) + X[:, 1]
    model = HistGradientBoostingRegressor(categorical_features=[0], min_samples_leaf=5, max_iter=20).fit(X, y)
    assert any(tree.nodes["is_categorical"].any() for (tree,) in model._predictors)
    asked = np.column_stack([np.r_[np.arange(-2.0, 45.0), np.nan], np.zeros(48)])
    found = answers(forests.of_histograms(model)[0], asked)
    np.testing.assert_allclose(found, model.predict(asked), rtol=1e-12, atol=1e-12)


# A model with subnormal splits does not occur, and some processors flush such numbers to zero.
singles = st.floats(width=32, allow_nan=False, allow_infinity=False, allow_subnormal=False)
doubles = st.one_of(st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False), singles.map(float))


@given(threshold=doubles, x=doubles, steps=st.integers(-2, 2), strict=st.booleans())
@example(threshold=0.1, x=float(np.float32(0.1)), steps=0, strict=True)
@example(threshold=float(np.finfo(np.float32).max), x=1e300, steps=0, strict=False)
@settings(max_examples=500)
def test_a_moved_split_decides_of_any_double_as_its_rounding_to_single_precision_did(
    threshold: float, x: float, steps: int, strict: bool
) -> None:
    split = trees.of_single_precision(np.array([threshold]), strict)[0]
    near = np.float32(threshold) if abs(threshold) < 3e38 else np.float32(0)
    middle = (float(near) + float(np.nextafter(near, np.float32(np.inf)))) / 2
    with np.errstate(over="ignore"):
        for value in (x, threshold, middle):
            for _ in range(abs(steps)):
                value = np.nextafter(value, np.inf if steps > 0 else -np.inf)
            rounded = float(np.float32(value))
            assert (value <= split) == bool(rounded < threshold if strict else rounded <= threshold)
