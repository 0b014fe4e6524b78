"""The trees of LightGBM, XGBoost and CatBoost, output by output, from what each library writes about its model.

None of them is imported: a model tells its library by the module of its class.
"""

import json
import math
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from model.src.trees import Ensemble, Tree, ensemble, of_single_precision
from plumbline.kernel.errors import PlumblineError


def library(model: object) -> str:
    """Name the library that a model is of, or that the class is of which its own is a kind."""
    names = [kind.__module__.partition(".")[0] for kind in type(model).__mro__]
    return next((name for name in names if name in READERS), names[0])


def _of_lightgbm(model: Any) -> list[Ensemble]:
    """Collect trees that compare doubles and add doubles."""
    content = model.booster_.dump_model()
    if content["average_output"]:
        raise PlumblineError("LightGBM's random forest has no portable form: take boosting_type gbdt")
    count = content["num_tree_per_iteration"]
    trees = [_of_leaves(item["tree_structure"]) for item in content["tree_info"]]
    return [ensemble(0.0, trees[k::count]) for k in range(count)]


def _of_leaves(root: dict[str, Any]) -> Tree:
    nodes, at = [root], 0
    rows: list[tuple[int, float, bool, int, int, float]] = []
    members: dict[int, list[float]] = {}
    while at < len(nodes):
        node = nodes[at]
        if "leaf_value" in node:
            if "leaf_coeff" in node:
                raise PlumblineError("LightGBM's linear trees have no portable form: leave linear_tree unset")
            rows.append((-1, 0.0, False, 0, 0, node["leaf_value"]))
        else:
            split, missing = 0.0, False  # a missing label is no member of any set
            if node["decision_type"] == "==":
                members[at] = [float(code) for code in node["threshold"].split("||")]
            elif node["missing_type"] == "Zero":
                raise PlumblineError("LightGBM's zero_as_missing has no portable form: leave it unset")
            else:
                split = node["threshold"]
                # Where training saw none missing, a missing value is compared as zero.
                missing = node["default_left"] if node["missing_type"] == "NaN" else split >= 0
            rows.append((node["split_feature"], split, missing, len(nodes), len(nodes) + 1, 0.0))
            nodes += [node["left_child"], node["right_child"]]
        at += 1
    columns = [np.array(column) for column in zip(*rows, strict=True)]
    return Tree(columns[0], columns[1], columns[2], columns[3], columns[4], columns[5], members)


def _of_xgboost(model: Any) -> list[Ensemble]:
    base, trees, outputs = of_xgboost(model)
    return [
        ensemble(base[k], (tree for tree, output in zip(trees, outputs, strict=True) if output == k))
        for k in range(len(base))
    ]


def of_xgboost(model: Any) -> tuple[list[float], list[Tree], list[int]]:
    """Read what is added to each output, the trees, which compare single precision, and the output of each tree."""
    content = json.loads(bytes(model.get_booster().save_raw("json")))["learner"]
    booster = content["gradient_booster"]
    if booster["name"] != "gbtree":
        raise PlumblineError(f"XGBoost's {booster['name']} has no portable form: take the booster gbtree")
    base = np.atleast_1d(json.loads(content["learner_model_param"]["base_score"])).astype(float).tolist()
    if content["objective"]["name"] == "binary:logistic":
        base = [math.log(value / (1 - value)) for value in base]
    return base, [_of_conditions(tree) for tree in booster["model"]["trees"]], booster["model"]["tree_info"]


def _of_conditions(tree: dict[str, Any]) -> Tree:
    if any(tree["split_type"]):
        raise PlumblineError("XGBoost's categorical splits have no portable form: leave enable_categorical unset")
    true = np.array(tree["left_children"])
    conditions = np.array(tree["split_conditions"], dtype=np.float32).astype(np.float64)
    return Tree(
        np.where(true < 0, -1, np.array(tree["split_indices"])),
        of_single_precision(conditions, strict=True),
        np.array(tree["default_left"], dtype=bool),
        true,
        np.array(tree["right_children"]),
        conditions,
    )


def _of_catboost(model: Any) -> list[Ensemble]:
    """Collect symmetric trees, which compare single precision and add doubles."""
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "model.json"
        model.save_model(str(path), format="json")
        content = json.loads(path.read_bytes())
    if "oblivious_trees" not in content:
        raise PlumblineError("CatBoost's asymmetric trees have no portable form: leave grow_policy unset")
    scale, bias = content["scale_and_bias"]
    columns = {
        item["feature_index"]: (item["flat_feature_index"], item["nan_value_treatment"] != "AsTrue")
        for item in content["features_info"].get("float_features", [])
    }
    trees = content["oblivious_trees"]
    return [
        ensemble(bias[k], (_of_symmetric(tree, columns, scale, k, len(bias)) for tree in trees))
        for k in range(len(bias))
    ]


def _of_symmetric(tree: dict[str, Any], columns: dict[int, tuple[int, bool]], scale: float, k: int, of: int) -> Tree:
    """Write a tree whose nodes of one depth ask the same: bit `d` of a leaf's number is the answer at depth `d`."""
    splits = tree["splits"] or []
    if any(split["split_type"] != "FloatFeature" for split in splits):
        raise PlumblineError("CatBoost's categorical features have no portable form: leave cat_features unset")
    inner, leaves = 2 ** len(splits) - 1, 2 ** len(splits)
    depth = np.repeat(np.arange(len(splits)), 2 ** np.arange(len(splits)))
    asked = np.array([columns[split["float_feature_index"]] for split in splits]).reshape(-1, 2)
    borders = np.array([split["border"] for split in splits], dtype=np.float32).astype(np.float64)
    # Nodes of one depth are numbered from left to right: the last question is the lowest bit of the place, and of
    # CatBoost's leaf the highest.
    place = np.arange(leaves)
    leaf = sum(((place >> (len(splits) - 1 - d)) & 1) << d for d in range(len(splits))) + 0 * place
    padding = np.zeros(leaves, dtype=np.int64)
    first = 2 * np.arange(inner) + 1
    return Tree(
        np.concatenate([asked[depth, 0], padding - 1]).astype(np.int64),
        np.concatenate([of_single_precision(borders, strict=False)[depth], padding]),
        np.concatenate([asked[depth, 1], padding]).astype(bool),
        np.concatenate([first, padding]),
        np.concatenate([first + 1, padding]),
        np.concatenate([np.zeros(inner), scale * np.array(tree["leaf_values"])[k::of][leaf]]),
    )


READERS: dict[str, Callable[[Any], list[Ensemble]]] = {
    "lightgbm": _of_lightgbm,
    "xgboost": _of_xgboost,
    "catboost": _of_catboost,
}
