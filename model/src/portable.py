"""The portable form: preprocessor and model as one ONNX graph over the raw inputs, in double precision throughout."""

from typing import Any

import numpy as np
import onnx
import pandas as pd
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, compose, helper
from onnxruntime import InferenceSession
from skl2onnx import to_onnx
from skl2onnx.common.data_types import DoubleTensorType, StringTensorType
from sklearn.compose import ColumnTransformer
from sklearn.dummy import DummyRegressor
from sklearn.ensemble import HistGradientBoostingRegressor

from model.src import trees
from model.src.interval import IntervalRegressor
from plumbline.kernel.contract import Contract

_OPSETS = {"": 21, "ai.onnx.ml": 5}
_IR_VERSION = 10  # of ONNX 1.16, the first with these versions of the operators


def export(preprocessor: ColumnTransformer, model: IntervalRegressor, rules: Contract, name: str) -> ModelProto:
    """Convert the fitted preprocessor and model into one graph.

    Args:
        preprocessor: Takes the contract's columns.
        model: Takes the preprocessor's features.
        rules: Has one input of shape (rows, 1) for each column: string for a category, double for all else.
        name: The graph's name.

    Returns:
        The graph with the contract's inputs and outputs; each output double of shape (rows, 1), in the target's unit.
    """
    inputs = [
        (column, (StringTensorType if rule.type == "category" else DoubleTensorType)([None, 1]))
        for column, rule in rules.columns.items()
    ]
    graph = _convert(preprocessor, inputs, "features")
    width = len(preprocessor.get_feature_names_out())
    for role, part in (("point", model.point_), ("spread", model.spread_)):
        kept = [output.name for output in graph.graph.output]
        graph = compose.merge_models(
            graph, _regressor(part, width, role), [("features", f"{role}_X")], outputs=[*kept, role]
        )
    _rename_inputs(graph, dict(zip(rules.columns, rules.inputs, strict=True)))
    graph = compose.merge_models(
        graph, _interval(model), [("point", "z"), ("spread", "s")], outputs=list(rules.outputs), name=name
    )
    graph.producer_name = graph.producer_version = ""
    _with_opsets(graph)
    onnx.checker.check_model(graph, full_check=True)
    return graph


def answers(session: InferenceSession, frame: pd.DataFrame, rules: Contract) -> NDArray[np.float64]:
    """Ask the portable form.

    Args:
        session: Of the graph that `export` gave.
        frame: Rows as `plumbline.kernel.table.read_tsv` reads them.
        rules: Names the columns.

    Returns:
        The outputs side by side: of a regression prediction, lower and upper bound, shape (rows, 3).
    """
    feed = {
        entry: frame[[name]].to_numpy(dtype=object if column.type == "category" else np.float64)
        for entry, (name, column) in zip(rules.inputs, rules.columns.items(), strict=True)
    }
    result: NDArray[np.float64] = np.hstack(session.run(list(rules.outputs), feed))
    return result


def _rename_inputs(graph: ModelProto, names: dict[str, str]) -> None:
    """Give the inputs names that no column's name can collide with."""
    for node in graph.graph.node:
        node.input[:] = [names.get(edge, edge) for edge in node.input]
    for entry in graph.graph.input:
        entry.name = names[entry.name]


def _convert(estimator: Any, inputs: list[tuple[str, Any]], output: str) -> ModelProto:
    """Let skl2onnx convert an estimator, in double precision; `output` names its first output."""
    # ai.onnx.ml 3 is the newest that skl2onnx writes; what it uses of it means the same in version 5.
    opsets = {"": _OPSETS[""], "ai.onnx.ml": 3}
    graph = to_onnx(estimator, initial_types=inputs, target_opset=opsets, name=output)
    compose.add_prefix(graph, f"{output}/", rename_inputs=False, rename_outputs=False, inplace=True)
    old = graph.graph.output[0].name
    for node in graph.graph.node:
        node.output[:] = [output if edge == old else edge for edge in node.output]
        node.input[:] = [output if edge == old else edge for edge in node.input]
    graph.graph.output[0].name = output
    nodes = [part for node in graph.graph.node for part in _without_imputer(node, graph)]
    del graph.graph.node[:]
    graph.graph.node.extend(nodes)
    return _with_opsets(graph)


def _without_imputer(node: NodeProto, graph: ModelProto) -> list[NodeProto]:
    """Write an Imputer, which ONNX Runtime knows only in single precision, as a choice by IsNaN."""
    if node.op_type != "Imputer":
        return [node]
    # The values stand there in single precision: an imputed number must be one that it can hold.
    values = list(next(item for item in node.attribute if item.name == "imputed_value_floats").floats)
    constant, mask = f"{node.name}/values", f"{node.name}/mask"
    graph.graph.initializer.append(helper.make_tensor(constant, TensorProto.DOUBLE, [1, len(values)], values))
    return [
        helper.make_node("IsNaN", list(node.input), [mask], name=mask),
        helper.make_node("Where", [mask, constant, *node.input], list(node.output), name=node.name),
    ]


def _regressor(model: Any, width: int, role: str) -> ModelProto:
    """Convert one regressor, from `ROLE_X` of shape (rows, width) to `ROLE` of shape (rows, 1)."""
    source = f"{role}_X"
    if isinstance(model, HistGradientBoostingRegressor):
        return _graph([trees.ensemble(model).node(source, role)], {source: width}, [role])
    if isinstance(model, DummyRegressor):
        constant = trees.Ensemble()
        constant.add_constant(float(model.constant_.item()))
        return _graph([constant.node(source, role)], {source: width}, [role])
    return _convert(model, [(source, DoubleTensorType([None, width]))], role)


def _interval(model: IntervalRegressor) -> ModelProto:
    """Give prediction and bounds from the point `z` and the spread `s`: see `IntervalRegressor.predict_interval`."""
    quantile = helper.make_tensor("quantile", TensorProto.DOUBLE, [1, 1], [model.quantile_])
    last = "Exp" if model.target_scale == "log" else "Identity"
    nodes = [
        helper.make_node("Exp", ["s"], ["exp_s"]),
        helper.make_node("Mul", ["exp_s", "quantile"], ["half"]),
        helper.make_node("Sub", ["z", "half"], ["z_lower"]),
        helper.make_node("Add", ["z", "half"], ["z_upper"]),
        helper.make_node(last, ["z"], ["prediction"]),
        helper.make_node(last, ["z_lower"], ["lower"]),
        helper.make_node(last, ["z_upper"], ["upper"]),
    ]
    return _graph(nodes, {"z": 1, "s": 1}, ["prediction", "lower", "upper"], [quantile])


def _graph(
    nodes: list[NodeProto],
    inputs: dict[str, int],
    outputs: list[str] | tuple[str, ...],
    initializers: list[TensorProto] | None = None,
) -> ModelProto:
    def values(widths: dict[str, int]) -> list[Any]:
        return [
            helper.make_tensor_value_info(name, TensorProto.DOUBLE, [None, width]) for name, width in widths.items()
        ]

    graph = helper.make_graph(nodes, "graph", values(inputs), values(dict.fromkeys(outputs, 1)), initializers or [])
    return _with_opsets(helper.make_model(graph))


def _with_opsets(graph: ModelProto) -> ModelProto:
    del graph.opset_import[:]
    graph.opset_import.extend(helper.make_opsetid(*opset) for opset in _OPSETS.items())
    graph.ir_version = _IR_VERSION
    return graph
