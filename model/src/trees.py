"""Trees of any library as an ONNX `TreeEnsemble` in double precision.

skl2onnx writes trees in float32, whose answers can be off by per cents; the operator of ai.onnx.ml version 5 holds
doubles, and its answers are those of the library.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, helper

_LEQ, _MEMBER = 0, 6  # nodes_modes: the true branch is for features ≤ the split, or for members of a set
_SUM = 1  # aggregate_function


@dataclass(frozen=True)
class Tree:
    """One binary tree, an entry for each of its nodes, the first of which is the root.

    Attributes:
        feature: The column that a node looks at, shape (nodes,); -1 for a leaf.
        split: The true branch is for features ≤ this, shape (nodes,).
        missing: Whether the true branch is for a missing feature, too, shape (nodes,).
        true: The node of the true branch, shape (nodes,).
        false: The node of the other branch.
        value: What a leaf adds, shape (nodes,).
        members: The codes of categories that the true branch is for, of the nodes that compare no number.
    """

    feature: NDArray[np.int64]
    split: NDArray[np.float64]
    missing: NDArray[np.bool_]
    true: NDArray[np.int64]
    false: NDArray[np.int64]
    value: NDArray[np.float64]
    members: dict[int, list[float]] = field(default_factory=dict)


@dataclass
class Ensemble:
    """The operator's attributes: an entry for each inner node and each leaf, over all trees."""

    features: list[int] = field(default_factory=list)
    splits: list[float] = field(default_factory=list)
    modes: list[int] = field(default_factory=list)
    members: list[float] = field(default_factory=list)
    missing: list[int] = field(default_factory=list)
    children: dict[bool, list[int]] = field(default_factory=lambda: {True: [], False: []})
    are_leaves: dict[bool, list[int]] = field(default_factory=lambda: {True: [], False: []})
    leaves: list[float] = field(default_factory=list)
    roots: list[int] = field(default_factory=list)

    def add(self, tree: Tree) -> None:
        """Add one tree."""
        inner = np.flatnonzero(tree.feature >= 0)
        if not len(inner):
            self.add_constant(float(tree.value[0]))
            return
        position = {int(node): len(self.features) + i for i, node in enumerate(inner)}
        self.roots.append(position[0])
        branches = ((True, tree.true), (False, tree.false))
        for node in inner.tolist():
            members = tree.members.get(node)
            self._add_split(int(tree.feature[node]), float(tree.split[node]), int(tree.missing[node]), members)
            for branch, children in branches:
                child = int(children[node])
                if tree.feature[child] < 0:
                    self._add_leaf(branch, float(tree.value[child]))
                else:
                    self.children[branch].append(position[child])
                    self.are_leaves[branch].append(0)

    def add_constant(self, value: float) -> None:
        """Add a tree of one leaf, which the operator knows only as a split whose branches are equal."""
        self.roots.append(len(self.features))
        self._add_split(0, 0.0, 0)
        for branch in (True, False):
            self._add_leaf(branch, value)

    def _add_split(self, feature: int, split: float, missing: int, members: list[float] | None = None) -> None:
        self.features.append(feature)
        self.splits.append(0.0 if members is not None else split)
        self.modes.append(_LEQ if members is None else _MEMBER)
        self.members += [] if members is None else [*members, np.nan]  # which ends a set
        self.missing.append(missing)

    def _add_leaf(self, branch: bool, value: float) -> None:
        self.children[branch].append(len(self.leaves))
        self.are_leaves[branch].append(1)
        self.leaves.append(value)

    def node(self, features: str, output: str) -> NodeProto:
        """Give the operator from `features`, double of shape (rows, features), to `output`, double of (rows, 1)."""
        modes = bytes(self.modes)
        sets = helper.make_tensor("members", TensorProto.DOUBLE, [len(self.members)], self.members)
        return helper.make_node(
            "TreeEnsemble",
            [features],
            [output],
            name=output,
            domain="ai.onnx.ml",
            n_targets=1,
            aggregate_function=_SUM,
            post_transform=0,
            tree_roots=self.roots,
            nodes_featureids=self.features,
            nodes_splits=helper.make_tensor("splits", TensorProto.DOUBLE, [len(self.splits)], self.splits),
            nodes_modes=helper.make_tensor("modes", TensorProto.UINT8, [len(modes)], modes, raw=True),
            nodes_missing_value_tracks_true=self.missing,
            nodes_truenodeids=self.children[True],
            nodes_trueleafs=self.are_leaves[True],
            nodes_falsenodeids=self.children[False],
            nodes_falseleafs=self.are_leaves[False],
            leaf_targetids=[0] * len(self.leaves),
            leaf_weights=helper.make_tensor("leaves", TensorProto.DOUBLE, [len(self.leaves)], self.leaves),
            **({"membership_values": sets} if self.members else {}),
        )


def ensemble(constant: float, trees: Iterable[Tree]) -> Ensemble:
    """Collect trees, and the constant that they are added to as the first of them."""
    result = Ensemble()
    result.add_constant(constant)
    for tree in trees:
        result.add(tree)
    return result


def of_single_precision(thresholds: NDArray[np.float64], strict: bool) -> NDArray[np.float64]:
    """Give the doubles `d` for which x ≤ d says of each double x what `float32(x) ≤ threshold` says.

    Rounding is monotone, so that there is a largest double that is rounded to the largest float32 allowed: the middle
    between that and the next float32, or the double below the middle where the middle is rounded up.

    Args:
        thresholds: Shape (nodes,).
        strict: Whether the library asks for `float32(x) < threshold` instead.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        allowed = thresholds.astype(np.float32)
        above = (allowed >= thresholds) if strict else (allowed > thresholds)
        allowed = np.where(above, np.nextafter(allowed, np.float32(-np.inf)), allowed)
        # Infinity counts as what the float32 beyond the largest would be.
        last, following = (
            np.clip(each.astype(np.float64), -(2.0**128), 2.0**128)
            for each in (allowed, np.nextafter(allowed, np.float32(np.inf)))
        )
        middle = last + (following - last) / 2
        moved = np.where(middle.astype(np.float32) <= allowed, middle, np.nextafter(middle, -np.inf))
    return np.where(np.isinf(thresholds), thresholds, moved)  # a split between missing and all else
