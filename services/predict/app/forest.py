"""Boosted trees out of an ONNX graph, for our own scorer (_forest.c).

The graph must be of a common form: labels become numbers, all columns are joined, TreeEnsemble nodes in
double precision add up leaves, and arithmetic (arithmetic.py) makes the outputs of the sums. Any other graph is left to
ONNX Runtime.
"""

import math
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from plumbline.bundle.contract import Contract
from services.predict.app import onnx_file
from services.predict.app.arithmetic import Program
from services.predict.app.onnx_file import Graph, Node, UnsupportedError
from services.predict.app.trees import Trees

try:
    from services.predict.app import _forest
except ImportError:  # it was not built: there is no C compiler here
    _forest = None  # type: ignore[assignment]

_BLOCK = 256  # bytes; see _forest.c


class _Input(msgspec.Struct, frozen=True):
    """One feature: a column as it is, or the number that stands for each of its labels."""

    column: str
    labels: dict[str, float] | None = None
    default: float = math.nan


class ForestScorer:
    """Scores rows by bit vectors; see _forest.c for the method."""

    def __init__(self, model: bytes, contract: Contract, row_type: type[msgspec.Struct]) -> None:
        """Compile the model.

        Args:
            model: Content of model.onnx.
            contract: Names the model's inputs.
            row_type: What `RowReader.read` gives.

        Raises:
            UnsupportedError: The graph is of another form, or the extension was not built.
        """
        if _forest is None:
            raise UnsupportedError("the extension was not built")
        try:
            graph = onnx_file.read(model)
            compiler = _Compiler(graph, contract)
        except (ValueError, KeyError, IndexError, TypeError) as error:
            raise UnsupportedError(str(error)) from None
        self._score = compiler.build(row_type).score
        self._width = compiler.width

    def score(self, rows: list[Any]) -> NDArray[np.float64]:
        """Score rows.

        Returns:
            Shape (rows, width): the outputs of the contract, side by side.
        """
        return np.frombuffer(self._score(rows), np.float64).reshape(-1, self._width)


class _Compiler:
    """Walks the graph once.

    Attributes:
        width: Numbers that a row gets.
    """

    def __init__(self, graph: Graph, contract: Contract) -> None:
        self._contract = contract
        self._inputs = {entry: [_Input(column.name)] for entry, column in contract.inputs.items()}
        ensembles = [node for node in graph.nodes if node.kind == "TreeEnsemble"]
        self._program = Program([node.outputs[0] for node in ensembles], graph.constants)
        self._ensembles: list[tuple[Node, list[_Input]]] = []
        for node in graph.nodes:
            self._visit(node)
        self._outputs = [place for output in contract.outputs for place in self._program.find(output.name)]
        self.width = len(self._outputs)

    def _visit(self, node: Node) -> None:
        target, source = node.outputs[0], self._inputs.get(node.inputs[0])
        if node.kind == "TreeEnsemble":
            self._ensembles.append((node, self._inputs[node.inputs[0]]))
        elif source is None:
            self._program.visit(node)
        elif node.kind == "LabelEncoder":
            self._inputs[target] = [_labelled(node, source)]
        elif node.kind in {"Reshape", "Cast", "Identity"}:
            self._inputs[target] = _cast(node, source)
        elif node.kind == "Concat":
            self._inputs[target] = [part for name in node.inputs for part in self._inputs[name]]
        else:
            raise UnsupportedError(f"{node.kind} changes a column before the trees")

    def build(self, row_type: type[msgspec.Struct]) -> Any:
        """Make the forest.

        Raises:
            UnsupportedError: The trees are of another form.
        """
        if not self._ensembles:
            raise UnsupportedError("there are no trees")
        inputs = self._ensembles[0][1]
        if any(other != inputs for _, other in self._ensembles):
            raise UnsupportedError("the ensembles take different features")
        trees = [Trees(node) for node, _ in self._ensembles]
        width = max(item.width for item in trees)
        total = sum(item.count for item in trees)
        stride = -(-total * width // _BLOCK) * _BLOCK
        leaves = np.concatenate([item.padded_leaves(width) for item in trees])
        ends = np.cumsum([item.count for item in trees]).astype(np.int64)
        fields = {item.encode_name: item.name for item in msgspec.structs.fields(row_type)}
        features = []
        for number, item in enumerate(inputs):
            thresholds = np.unique(np.concatenate([part.splits_of(number) for part in trees]))
            parts = [part.masks(number, thresholds, width) for part in trees]
            masks = np.zeros((len(thresholds) + 2, stride), np.uint8)
            masks[:, : total * width] = np.hstack(parts)
            ranks, unknown = self._ranks(item, thresholds)
            features.append((fields[item.column], ranks, unknown, thresholds.astype("<f8").tobytes(), masks.tobytes()))
        return _forest.Forest(
            row_type, features, stride, width, leaves.tobytes(), ends.tobytes(), bytes(self._program.steps),
            self._program.registers, np.array(self._outputs, "<u2").tobytes(),
        )  # fmt: skip

    def _ranks(self, item: _Input, thresholds: NDArray[Any]) -> tuple[dict[str | None, int] | None, int]:
        """Give the rank of each label's number, and that of an unknown label; None and -1 where there is none."""
        column = next(part for part in self._contract.columns if part.name == item.column)
        if item.labels is None:
            if column.type == "category":
                raise UnsupportedError(f"the labels of {column.name} do not become numbers")
            return None, -1

        def rank(value: float) -> int:
            return len(thresholds) + 1 if math.isnan(value) else int((thresholds < value).sum())

        numbers: dict[str | None, float] = {label: item.labels.get(label, item.default) for label in column.categories}
        numbers[None] = item.labels.get("", item.default)  # a missing one
        unknown = rank(item.default) if column.open else -1
        return {label: rank(value) for label, value in numbers.items()}, unknown


def _labelled(node: Node, source: list[_Input]) -> _Input:
    """Read a LabelEncoder from strings to numbers."""
    given = node.attributes
    keys = [key.decode() for key in given["keys_strings"]]
    values = next(given[name] for name in ("values_int64s", "values_tensor", "values_floats") if name in given)
    default = given.get("default_int64", given.get("default_float", -1))
    if "default_tensor" in given:
        default = given["default_tensor"][0]
    if len(source) != 1 or len(keys) != len(values):
        raise UnsupportedError("a LabelEncoder has another form")
    labels = {key: float(value) for key, value in zip(keys, values, strict=True)}
    return _Input(source[0].column, labels, float(default))


def _cast(node: Node, source: list[_Input]) -> list[_Input]:
    """Let a cast pass that changes no number."""
    if node.kind == "Cast" and node.attributes["to"] == 1:
        for item in source:
            numbers = [item.default, *(item.labels or {"": math.inf}).values()]
            if item.labels is None or any(float(np.float32(v)) != v for v in numbers):
                raise UnsupportedError("a cast loses digits")
    elif node.kind == "Cast" and node.attributes["to"] not in {7, 11}:
        raise UnsupportedError("a cast is to another type")
    return source
