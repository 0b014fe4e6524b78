"""The trees of one TreeEnsemble node, in the form that _forest.c takes: leaves, and masks over them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.predict.app.onnx_file import Node, UnsupportedError


class Trees:
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
