"""The portable form of one fitted estimator: of a regressor its prediction, of a classifier its margins."""

from collections.abc import Callable
from typing import Any

import numpy as np
from skl2onnx.common.data_types import DoubleTensorType
from sklearn.base import is_classifier
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.linear_model._base import LinearClassifierMixin, LinearModel
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import Pipeline

from model.src import boosters, forests
from model.src.graphs import Graph
from model.src.margins import CLIP, has_log_odds
from model.src.trees import Ensemble, ensemble
from plumbline.kernel.errors import PlumblineError

WAY_OUT = "take an estimator that docs/estimators.md lists"

_ACTIVATIONS = {"relu": "Relu", "tanh": "Tanh", "logistic": "Sigmoid"}


def outputs(graph: Graph, model: Any, features: str, width: int, to: str) -> list[str]:
    """Add a fitted estimator to a graph.

    Args:
        graph: Grows.
        model: A regressor, or a classifier of the classes 0, 1, …
        features: The edge of what it takes, double of shape (rows, width).
        width: How many features there are.
        to: Begins the names of the edges.

    Returns:
        Edges of shape (rows, 1): the prediction, or the margins as `margins` gives them.

    Raises:
        PlumblineError: It has no portable form.
    """
    if isinstance(model, Pipeline):
        if len(model) > 1:
            features = _converted(graph, model[:-1], features, width, f"{to}_features")
        return outputs(graph, model[-1], features, getattr(model[-1], "n_features_in_", width), to)
    if (trees := _trees(model)) is not None:
        sums = [graph.add(item.node(features, _name(to, k, len(trees)))) for k, item in enumerate(trees)]
        averaged = is_classifier(model) and not has_log_odds(model)
        return _log_odds(graph, sums) if averaged else sums
    if isinstance(model, LinearModel | LinearClassifierMixin):
        return _layer(graph, features, np.atleast_2d(model.coef_).T, np.ravel(model.intercept_), to)
    if isinstance(model, MLPClassifier | MLPRegressor):
        return _network(graph, model, features, to)
    if not is_classifier(model):
        return [_converted(graph, model, features, width, to)]
    edge = _converted(graph, model, features, width, f"{to}_probabilities", output=1, zipmap=False)
    columns = [graph.column(edge, k) for k in range(len(model.classes_))]
    return _log_odds(graph, columns[1:] if len(columns) == 2 else columns)


def _trees(model: Any) -> list[Ensemble] | None:
    """Give the sums of trees that a model is, of those that it is known of."""
    readers: list[tuple[tuple[type, ...], Callable[[Any], list[Ensemble]]]] = [
        (forests.HISTOGRAMS, forests.of_histograms),
        (forests.GRADIENTS, forests.of_gradients),
        ((*forests.AVERAGES, *forests.SINGLE), forests.of_averages),
        ((DummyClassifier, DummyRegressor), _of_constants),
    ]
    known = next((read for kinds, read in readers if isinstance(model, kinds)), None)
    read = known or boosters.READERS.get(boosters.library(model))
    return read(model) if read else None


def _of_constants(model: DummyClassifier | DummyRegressor) -> list[Ensemble]:
    if isinstance(model, DummyRegressor):
        return [ensemble(float(model.constant_.item()), [])]
    if model.strategy not in ("prior", "most_frequent"):
        raise PlumblineError(f"a DummyClassifier that says {model.strategy} has no portable form: take prior")
    shares = model.predict_proba(np.zeros((1, 1)))[0].tolist()
    return [ensemble(share, []) for share in (shares[1:] if len(shares) == 2 else shares)]


def _log_odds(graph: Graph, probabilities: list[str]) -> list[str]:
    """Add what `margins` does with probabilities: of two classes that of the second is given."""
    least = graph.constant(CLIP)
    clipped = [graph.op("Max", edge, least) for edge in probabilities]
    if len(clipped) > 1:
        return [graph.op("Log", edge) for edge in clipped]
    below = graph.op("Min", clipped[0], graph.constant(1.0 - CLIP))
    return [graph.op("Log", graph.op("Div", below, graph.op("Sub", graph.constant(1.0), below)))]


def _layer(graph: Graph, features: str, weights: Any, biases: Any, to: str) -> list[str]:
    count = weights.shape[1]
    return [
        graph.op(
            "Add",
            graph.op("MatMul", features, graph.constant(weights[:, [k]])),
            graph.constant(biases[k]),
            to=_name(to, k, count),
        )
        for k in range(count)
    ]


def _network(graph: Graph, model: MLPClassifier | MLPRegressor, features: str, to: str) -> list[str]:
    edge = features
    for weights, biases in zip(model.coefs_[:-1], model.intercepts_[:-1], strict=True):
        edge = graph.op("Add", graph.op("MatMul", edge, graph.constant(weights)), graph.constant(biases))
        edge = graph.op(_ACTIVATIONS[model.activation], edge) if model.activation in _ACTIVATIONS else edge
    return _layer(graph, edge, model.coefs_[-1], model.intercepts_[-1], to)


def _converted(graph: Graph, model: Any, features: str, width: int, to: str, output: int = 0, **options: Any) -> str:
    """Let skl2onnx convert an estimator; the second output that it gives are the probabilities of a classifier."""
    try:
        return graph.convert(model, [(features, DoubleTensorType([None, width]))], to, output, **options)
    except Exception as error:  # skl2onnx raises many kinds, and each says that it cannot
        named = type(model[-1] if isinstance(model, Pipeline) else model).__name__
        raise no_form(named, error) from None


def no_form(name: str, error: Exception) -> PlumblineError:
    """Give the refusal of an estimator that cannot be exported."""
    return PlumblineError(f"{name} has no portable form ({first_line(error)}): {WAY_OUT}")


def first_line(error: Exception) -> str:
    """Give the first line of what a library says, or the kind of the error if it says nothing."""
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)


def _name(to: str, number: int, of: int) -> str:
    return to if of == 1 else f"{to}{number}"
