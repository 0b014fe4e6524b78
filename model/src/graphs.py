"""An ONNX graph that grows node by node, in double precision, of operators and of what skl2onnx converts."""

from typing import Any

import numpy as np
import onnx
from numpy.typing import ArrayLike
from onnx import ModelProto, NodeProto, TensorProto, ValueInfoProto, compose, helper
from skl2onnx import to_onnx

_OPSETS = {"": 21, "ai.onnx.ml": 5}
_IR_VERSION = 10  # of ONNX 1.16, the first with these versions of the operators
# The newest of ai.onnx.ml that skl2onnx writes; what it uses of it means the same in version 5.
_CONVERTED = {"": 21, "ai.onnx.ml": 3}


class Graph:
    """Nodes and constants. An edge is named by the caller or after the node that it comes from."""

    def __init__(self) -> None:
        self._nodes: list[NodeProto] = []
        self._constants: list[TensorProto] = []

    def add(self, node: NodeProto) -> str:
        """Add a node; give its first output."""
        self._nodes.append(node)
        return str(node.output[0])

    def op(self, kind: str, *inputs: str, to: str = "", **attributes: Any) -> str:
        """Add an operator; give its output: `to`, or a name of its own."""
        output = to or f"{kind.lower()}{len(self._nodes)}"
        return self.add(helper.make_node(kind, list(inputs), [output], name=output, **attributes))

    def constant(self, value: ArrayLike, to: str = "") -> str:
        """Add a constant, double and of two dimensions; give its name."""
        values = np.atleast_2d(np.asarray(value, dtype=np.float64))
        return self._constant(TensorProto.DOUBLE, values, to)

    def column(self, matrix: str, number: int) -> str:
        """Give one column of an edge, of shape (rows, 1)."""
        return self.op("Gather", matrix, self._constant(TensorProto.INT64, np.array([number])), axis=1)

    def _constant(self, kind: int, values: Any, to: str = "") -> str:
        name = to or f"constant{len(self._constants)}"
        self._constants.append(helper.make_tensor(name, kind, values.shape, values.ravel().tolist()))
        return name

    def convert(self, estimator: Any, inputs: list[tuple[str, Any]], to: str, output: int = 0, **options: Any) -> str:
        """Add what skl2onnx makes of a fitted estimator.

        Args:
            estimator: Fitted.
            inputs: The edges that it takes, with their types.
            to: Names the edge that it gives, and begins the names of all others.
            output: Which of the outputs that skl2onnx gives.
            options: Of skl2onnx, for this estimator.

        Raises:
            ValueError: It holds trees, which skl2onnx writes in single precision.
        """
        given = {id(estimator): options} if options else None
        model = to_onnx(estimator, initial_types=inputs, target_opset=_CONVERTED, name=to, options=given)
        compose.add_prefix(model, f"{to}/", rename_inputs=False, rename_outputs=False, inplace=True)
        if any(node.op_type.startswith("TreeEnsemble") for node in model.graph.node):
            raise ValueError("skl2onnx writes its trees in single precision")
        old = model.graph.output[output].name
        for node in model.graph.node:
            node.output[:] = [to if edge == old else edge for edge in node.output]
            node.input[:] = [to if edge == old else edge for edge in node.input]
        self._constants.extend(model.graph.initializer)
        for node in model.graph.node:
            self._nodes.extend(self._without_imputer(node))
        return to

    def _without_imputer(self, node: NodeProto) -> list[NodeProto]:
        """Write an Imputer, which ONNX Runtime knows only in single precision, as a choice by IsNaN."""
        if node.op_type != "Imputer":
            return [node]
        # The values stand there in single precision: an imputed number must be one that it can hold.
        values = list(next(item for item in node.attribute if item.name == "imputed_value_floats").floats)
        constant, mask = self.constant(values, f"{node.name}/values"), f"{node.name}/mask"
        return [
            helper.make_node("IsNaN", list(node.input), [mask], name=mask),
            helper.make_node("Where", [mask, constant, *node.input], list(node.output), name=node.name),
        ]

    def renamed(self, names: dict[str, str]) -> None:
        """Give edges other names."""
        for node in self._nodes:
            node.input[:] = [names.get(edge, edge) for edge in node.input]

    def model(self, name: str, inputs: list[ValueInfoProto], outputs: dict[str, int]) -> ModelProto:
        """Give the whole, checked.

        Args:
            name: Of the graph.
            inputs: What it takes.
            outputs: The columns of each of its outputs, which are double.
        """
        given = [value(edge, width) for edge, width in outputs.items()]
        graph = helper.make_graph(self._nodes, name, inputs, given, self._constants)
        opsets = [helper.make_opsetid(*opset) for opset in _OPSETS.items()]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION)
        onnx.checker.check_model(model, full_check=True)
        return model


def value(name: str, width: int, kind: int = TensorProto.DOUBLE) -> ValueInfoProto:
    """Describe an edge of shape (rows, width)."""
    return helper.make_tensor_value_info(name, kind, [None, width])
