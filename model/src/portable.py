"""The portable form: preprocessor and model as one ONNX graph over the raw inputs, in double precision throughout."""

import numpy as np
import onnxruntime
import pandas as pd
from onnx import ModelProto, TensorProto
from onnxruntime import InferenceSession
from skl2onnx.common.data_types import DoubleTensorType, StringTensorType
from sklearn.compose import ColumnTransformer

from model.src import estimators, transformers
from model.src.calibration import CalibratedClassifier
from model.src.graphs import Graph, value
from model.src.interval import IntervalRegressor
from model.src.models import Matrix, Model
from plumbline.kernel.contract import Contract


def export(preprocessor: ColumnTransformer, model: Model, rules: Contract, name: str) -> ModelProto:
    """Convert the fitted preprocessor and model into one graph.

    Args:
        preprocessor: Takes the contract's columns.
        model: Takes the preprocessor's features.
        rules: Has one input of shape (rows, 1) for each column: string for a category, double for all else.
        name: The graph's name.

    Returns:
        The graph with the contract's inputs and outputs, which are double: in the target's unit and of shape (rows, 1),
        or the probabilities of the target's categories, of shape (rows, categories).

    Raises:
        PlumblineError: The model has no portable form.
    """
    transformers.register()
    graph = Graph()
    kinds = {column: rule.type == "category" for column, rule in rules.columns.items()}
    inputs = [(column, (StringTensorType if text else DoubleTensorType)([None, 1])) for column, text in kinds.items()]
    graph.convert(preprocessor, inputs, "features")
    # No column's name can collide with these.
    graph.renamed(dict(zip(rules.columns, rules.inputs, strict=True)))
    width = len(preprocessor.get_feature_names_out())
    given = [
        value(entry, 1, TensorProto.STRING if text else TensorProto.DOUBLE)
        for entry, text in zip(rules.inputs, kinds.values(), strict=True)
    ]
    return graph.model(name, given, add(graph, model, "features", width))


def of_features(model: Model, width: int) -> ModelProto:
    """Convert the fitted model alone: its input `features` is double of shape (rows, width)."""
    graph = Graph()
    return graph.model("model", [value("features", width)], add(graph, model, "features", width))


def add(graph: Graph, model: Model, features: str, width: int) -> dict[str, int]:
    """Add a model to a graph; give the columns of each of its outputs by name."""
    if isinstance(model, CalibratedClassifier):
        return _calibrated(graph, model, estimators.outputs(graph, model.estimator_, features, width, "margin"))
    (point,) = estimators.outputs(graph, model.point_, features, width, "point")
    (spread,) = estimators.outputs(graph, model.spread_, features, width, "spread")
    return _interval(graph, model, point, spread)


def _interval(graph: Graph, model: IntervalRegressor, point: str, spread: str) -> dict[str, int]:
    """Give prediction and bounds of the point and the spread: see `IntervalRegressor.predict_interval`."""
    quantile = graph.constant(model.quantile_, "quantile")
    last = "Exp" if model.target_scale == "log" else "Identity"
    half = graph.op("Mul", graph.op("Exp", spread), quantile)
    bounds = {"prediction": point, "lower": graph.op("Sub", point, half), "upper": graph.op("Add", point, half)}
    return {graph.op(last, edge, to=output): 1 for output, edge in bounds.items()}


def _calibrated(graph: Graph, model: CalibratedClassifier, margins: list[str]) -> dict[str, int]:
    """Give the probabilities of margins: see `CalibratedClassifier`."""
    slope = graph.constant(model.slope_, "slope")
    scaled = [graph.op("Mul", edge, slope) for edge in margins]
    if len(scaled) == 1:
        z = graph.op("Add", scaled[0], graph.constant(model.intercept_, "intercept"))
        one = graph.constant(1.0, "one")
        opposite = graph.op("Sub", graph.constant(0.0, "zero"), z)
        parts = [graph.op("Div", one, graph.op("Add", one, graph.op("Exp", edge))) for edge in (z, opposite)]
    else:
        largest = scaled[0]
        for edge in scaled[1:]:
            largest = graph.op("Max", largest, edge)
        powers = [graph.op("Exp", graph.op("Sub", edge, largest)) for edge in scaled]
        total = powers[0]
        for edge in powers[1:]:
            total = graph.op("Add", total, edge)
        parts = [graph.op("Div", edge, total) for edge in powers]
    return {graph.op("Concat", *parts, to="probabilities", axis=1): len(parts)}


def session(graph: ModelProto) -> InferenceSession:
    """Load a portable form, for one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return InferenceSession(graph.SerializeToString(), options)


def answers(loaded: InferenceSession, frame: pd.DataFrame, rules: Contract) -> Matrix:
    """Ask the portable form.

    Args:
        loaded: The graph that `export` gave.
        frame: Rows as `plumbline.kernel.table.read_tsv` reads them.
        rules: Names the columns.

    Returns:
        The outputs side by side: prediction, lower and upper bound, shape (rows, 3), or the probabilities of the
        target's categories, shape (rows, categories).
    """
    feed = {
        entry: frame[[name]].to_numpy(dtype=object if column.type == "category" else np.float64)
        for entry, (name, column) in zip(rules.inputs, rules.columns.items(), strict=True)
    }
    result: Matrix = np.hstack(loaded.run(list(rules.outputs), feed))
    return result


def difference(actual: Matrix, wanted: Matrix, relative: float, absolute: float) -> float:
    """Give the largest relative difference; where numbers are so small that `absolute` allows more, to that.

    Returns:
        At most `relative` if each number is as near as one of the tolerances allows; NaN if one is no number.
    """
    size = np.maximum(np.abs(wanted), max(absolute / relative, np.finfo(float).tiny))
    return float(np.max(np.abs(actual - wanted) / size))
