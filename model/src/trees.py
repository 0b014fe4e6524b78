"""Boosted trees as an ONNX `TreeEnsemble` in double precision.

scikit-learn compares float64 thresholds and adds float64 leaves. skl2onnx writes these trees in float32, whose answers
can be off by per cents; the operator of ai.onnx.ml version 5 holds doubles, and its answers are those of scikit-learn.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from onnx import NodeProto, TensorProto, helper
from sklearn.ensemble import HistGradientBoostingRegressor

from plumbline.kernel.errors import PlumblineError

_LEQ = 0  # nodes_modes: the true branch is for features less than or equal to the split
_SUM = 1  # aggregate_function


@dataclass
class Ensemble:
    """The operator's attributes: an entry for each inner node and each leaf, over all trees."""

    features: list[int] = field(default_factory=list)
    splits: list[float] = field(default_factory=list)
    missing: list[int] = field(default_factory=list)
    children: dict[bool, list[int]] = field(default_factory=lambda: {True: [], False: []})
    are_leaves: dict[bool, list[int]] = field(default_factory=lambda: {True: [], False: []})
    leaves: list[float] = field(default_factory=list)
    roots: list[int] = field(default_factory=list)

    def add(self, nodes: Any) -> None:
        """Add one tree, given scikit-learn's array of its nodes.

        Raises:
            PlumblineError: A split is on a set of categories.
        """
        inner = np.flatnonzero(nodes["is_leaf"] == 0)
        if not len(inner):
            self.add_constant(float(nodes[0]["value"]))
            return
        position = {int(node): len(self.features) + i for i, node in enumerate(inner)}
        self.roots.append(len(self.features))
        for node in nodes[inner]:
            if node["is_categorical"]:
                raise PlumblineError("categorical splits have no portable form: leave categorical_features unset")
            self._add_split(
                int(node["feature_idx"]),
                float(node["num_threshold"]),
                int(node["missing_go_to_left"]),
            )
            for branch, child in ((True, int(node["left"])), (False, int(node["right"]))):
                if nodes[child]["is_leaf"]:
                    self._add_leaf(branch, float(nodes[child]["value"]))
                else:
                    self.children[branch].append(position[child])
                    self.are_leaves[branch].append(0)

    def add_constant(self, value: float) -> None:
        """Add a tree of one leaf, which the operator knows only as a split whose branches are equal."""
        self.roots.append(len(self.features))
        self._add_split(0, 0.0, 0)
        for branch in (True, False):
            self._add_leaf(branch, value)

    def _add_split(self, feature: int, split: float, missing: int) -> None:
        self.features.append(feature)
        self.splits.append(split)
        self.missing.append(missing)

    def _add_leaf(self, branch: bool, value: float) -> None:
        self.children[branch].append(len(self.leaves))
        self.are_leaves[branch].append(1)
        self.leaves.append(value)

    def node(self, features: str, output: str) -> NodeProto:
        """Give the operator from `features`, double of shape (rows, features), to `output`, double of (rows, 1)."""
        modes = bytes([_LEQ] * len(self.features))
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
        )


def ensemble(model: HistGradientBoostingRegressor) -> Ensemble:
    """Collect the fitted trees of `model`, its baseline as the first of them."""
    result = Ensemble()
    result.add_constant(float(model._baseline_prediction.item()))
    for iteration in model._predictors:
        for tree in iteration:
            result.add(tree.nodes)
    return result
