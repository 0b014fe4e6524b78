"""Boosted trees of every shape become an operator that adds up the same leaves."""

import numpy as np
import onnxruntime
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper
from sklearn.ensemble import HistGradientBoostingRegressor

from model.src import trees
from plumbline.kernel.errors import PlumblineError


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
    np.testing.assert_allclose(answers(trees.ensemble(model), X), model.predict(X), rtol=1e-13, atol=1e-13)


def test_trees_of_a_single_leaf_give_the_baseline() -> None:
    X, y = data(30)  # fewer than two leaves of 20 rows need, so that no tree can split
    model = HistGradientBoostingRegressor(min_samples_leaf=20, max_iter=3).fit(X, y)
    assert all(len(tree.nodes) == 1 for (tree,) in model._predictors)
    np.testing.assert_allclose(answers(trees.ensemble(model), X), model.predict(X), rtol=1e-13)


def test_a_missing_value_goes_the_way_that_training_chose() -> None:
    X = np.array([[1.0], [2.0], [np.nan]] * 30)
    for of_missing in (-5.0, 5.0):
        y = np.array([0.0, 1.0, of_missing] * 30)
        model = HistGradientBoostingRegressor(min_samples_leaf=5, max_iter=20).fit(X, y)
        np.testing.assert_allclose(answers(trees.ensemble(model), X), model.predict(X), rtol=1e-13, atol=1e-13)


def test_a_constant_is_given_for_any_row_even_a_missing_one() -> None:
    ensemble = trees.Ensemble()
    ensemble.add_constant(2.5)
    assert answers(ensemble, np.array([[-np.inf], [0.0], [np.inf], [np.nan]])).tolist() == [2.5] * 4


def test_categorical_splits_are_refused_with_the_remedy() -> None:
    X = np.tile([0.0, 1.0, 2.0, 3.0], 50)[:, None]
    model = HistGradientBoostingRegressor(categorical_features=[0], min_samples_leaf=5, max_iter=2).fit(X, X[:, 0] % 2)
    with pytest.raises(PlumblineError, match="leave categorical_features unset"):
        trees.ensemble(model)
