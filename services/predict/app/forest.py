"""Boosted trees out of an ONNX graph, for our own scorer (_forest.c).

The graph must be of a common form: labels become numbers, all columns are joined, TreeEnsemble nodes in
double precision add up leaves, and elementwise arithmetic makes prediction, lower and upper of the sums.
Any other graph is left to ONNX Runtime.
"""

import math
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from plumbline.bundle.contract import Contract
from services.predict.app import onnx_file
from services.predict.app.onnx_file import Graph, Node

try:
    from services.predict.app import _forest
except ImportError:  # it was not built: there is no C compiler here
    _forest = None  # type: ignore[assignment]

_BLOCK = 256  # bytes; see _forest.c
_CODES = {"Exp": "e", "Identity": "i", "Add": "+", "Sub": "-", "Mul": "*", "Div": "/"}


class UnsupportedError(Exception):
    """The graph is of another form."""


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

    def score(self, rows: list[Any]) -> NDArray[np.float64]:
        """Score rows.

        Returns:
            Shape (rows, 3): prediction, lower and upper, in the target's unit.
        """
        return np.frombuffer(self._score(rows), np.float64).reshape(-1, 3)


class _Compiler:
    """Walks the graph once."""

    def __init__(self, graph: Graph, contract: Contract) -> None:
        self._contract = contract
        self._constants = {
            name: float(value[0]) for name, value in graph.constants.items() if value is not None and len(value) == 1
        }
        self._inputs = {entry: [_Input(column.name)] for entry, column in contract.inputs.items()}
        self._ensembles: list[tuple[Node, list[_Input]]] = []
        self._steps: list[tuple[str, str, str, str]] = []
        for node in graph.nodes:
            self._visit(node)

    def _visit(self, node: Node) -> None:
        target = node.outputs[0]
        if node.kind == "LabelEncoder":
            self._inputs[target] = [_labelled(node, self._inputs[node.inputs[0]])]
        elif node.kind in {"Reshape", "Cast"} and node.inputs[0] in self._inputs:
            self._inputs[target] = _cast(node, self._inputs[node.inputs[0]])
        elif node.kind == "Concat":
            self._inputs[target] = [part for name in node.inputs for part in self._inputs[name]]
        elif node.kind == "TreeEnsemble":
            self._ensembles.append((node, self._inputs[node.inputs[0]]))
        elif node.kind in _CODES:
            left, right = (*node.inputs, node.inputs[0])[:2]
            self._steps.append((_CODES[node.kind], left, right, target))
        else:
            raise UnsupportedError(f"{node.kind} is none of the operators that a forest has")

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
        trees = [_Trees(node) for node, _ in self._ensembles]
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
            ranks = self._ranks(item, thresholds)
            features.append((fields[item.column], ranks, thresholds.astype("<f8").tobytes(), masks.tobytes()))
        steps, registers, outputs = self._program()
        return _forest.Forest(
            row_type, features, stride, width, leaves.tobytes(), ends.tobytes(), steps, registers,
            outputs,
        )  # fmt: skip

    def _ranks(self, item: _Input, thresholds: NDArray[Any]) -> dict[str | None, int] | None:
        """Give the rank of each label's number; None for a numeric column."""
        column = next(part for part in self._contract.columns if part.name == item.column)
        if item.labels is None:
            if column.type == "category":
                raise UnsupportedError(f"the labels of {column.name} do not become numbers")
            return None
        numbers: dict[str | None, float] = {label: item.labels.get(label, item.default) for label in column.categories}
        numbers[None] = item.labels.get("", item.default)  # a missing one
        return {
            label: len(thresholds) + 1 if math.isnan(value) else int((thresholds < value).sum())
            for label, value in numbers.items()
        }

    def _program(self) -> tuple[bytes, bytes, tuple[int, int, int]]:
        """Give the arithmetic behind the sums: steps, initial registers, and where the outputs are."""
        places = {node.outputs[0]: place for place, (node, _) in enumerate(self._ensembles)}
        values = [0.0] * len(places)
        for name, value in self._constants.items():
            places[name] = len(values)
            values.append(value)
        steps = bytearray()
        for code, left, right, target in self._steps:
            places[target] = len(values)
            values.append(0.0)
            steps += code.encode() + bytes([places[left], places[right], places[target]])
        found = tuple(places[name] for name in self._contract.output_names)
        return bytes(steps), np.array(values).tobytes(), (found[0], found[1], found[2])


class _Trees:
    """One TreeEnsemble: for each tree its nodes, leaves from left to right, and masks."""

    def __init__(self, node: Node) -> None:
        given = node.attributes
        if any(given.get("nodes_modes", [1])) or given.get("aggregate_function", 1) != 1:
            raise UnsupportedError("a tree splits or adds up in another way")
        if given.get("n_targets", 1) != 1 or given.get("post_transform", 0) != 0:
            raise UnsupportedError("an ensemble has several outputs or transforms them")
        if given["nodes_splits"].dtype != np.float64:
            raise UnsupportedError("the thresholds are not in double precision")
        self._given = given
        self._missing = given.get("nodes_missing_value_tracks_true")
        self.count = len(given["tree_roots"])
        self._leaves: list[list[float]] = []
        # By feature: threshold, whether a missing value goes left, tree, and the leaves ruled out.
        self._nodes: dict[int, list[tuple[float, int, int, int, int]]] = {}
        for tree, root in enumerate(given["tree_roots"]):
            found: list[float] = []
            self._walk(tree, int(root), found)
            self._leaves.append(found)
        most = max(len(item) for item in self._leaves)
        self.width = next((size for size in (1, 2, 4, 8) if most <= size * 8), 0)
        if not self.width:
            raise UnsupportedError(f"a tree has {most} leaves; 64 are the most")

    def _walk(self, tree: int, at: int, found: list[float]) -> None:
        """Number the leaves below a node from left to right; few levels, so recursion is fine."""
        given = self._given
        first = len(found)
        self._descend(tree, at, "true", found)
        missing = int(self._missing[at]) if self._missing is not None else 0
        threshold, feature = float(given["nodes_splits"][at]), int(given["nodes_featureids"][at])
        self._nodes.setdefault(feature, []).append((threshold, missing, tree, first, len(found)))
        self._descend(tree, at, "false", found)

    def _descend(self, tree: int, at: int, branch: str, found: list[float]) -> None:
        child = int(self._given[f"nodes_{branch}nodeids"][at])
        if self._given[f"nodes_{branch}leafs"][at]:
            found.append(float(self._given["leaf_weights"][child]))
        else:
            self._walk(tree, child, found)

    def splits_of(self, feature: int) -> NDArray[np.float64]:
        """Give the thresholds of a feature."""
        return np.array([node[0] for node in self._nodes.get(feature, [])], np.float64)

    def padded_leaves(self, width: int) -> NDArray[np.float64]:
        """Give the leaves of all trees, each with room for the most that a mask can hold."""
        padded = np.zeros((self.count, width * 8))
        for tree, values in enumerate(self._leaves):
            padded[tree, : len(values)] = values
        return padded.ravel()

    def masks(self, feature: int, thresholds: NDArray[Any], width: int) -> NDArray[np.uint8]:
        """Give the leaves that a value leaves over, in all trees, for each rank and for missing.

        Returns:
            Shape (thresholds + 2, trees * width): a value of rank r exceeds r thresholds.
        """
        kind = np.dtype(f"<u{width}")
        full = np.iinfo(kind).max
        masks = np.full((len(thresholds) + 2, self.count), full, kind)
        ranks = {threshold: rank for rank, threshold in enumerate(thresholds.tolist())}
        for threshold, missing, tree, first, end in self._nodes.get(feature, []):
            left = kind.type(full - (((1 << (end - first)) - 1) << first))
            masks[ranks[threshold] + 1, tree] &= left
            if not missing:
                masks[-1, tree] &= left
        # What exceeds a threshold exceeds all those below it.
        np.bitwise_and.accumulate(masks[:-1], axis=0, out=masks[:-1])
        return masks.view(np.uint8).reshape(len(masks), -1)


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
