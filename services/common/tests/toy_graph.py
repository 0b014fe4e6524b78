"""A toy as an ONNX graph, node by node."""

from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper

from services.common.tests.toys import BASE, TREES_FROM


def graph(toy: dict, names: tuple[str, ...]) -> onnx.ModelProto:
    """Give the toy as an ONNX graph of the form that docs/bundle.md asks for; `names` are those of its inputs."""
    nodes, inputs, constants = [], [], []
    classes = toy["target"].get("categories", [])
    for name, column in zip(names, toy["columns"], strict=True):
        is_category = column["type"] == "category"
        inputs.append(
            helper.make_tensor_value_info(name, TensorProto.STRING if is_category else TensorProto.DOUBLE, [None, 1])
        )
        if not is_category:
            nodes += [
                helper.make_node("IsNaN", [name], [f"{name}/missing"]),
                helper.make_node("Where", [f"{name}/missing", "zero", name], [f"{name}/value"]),
            ]
    scores = []
    for place in range(len(classes)) if classes else (None,):
        terms = [f"{name}/term{place}" for name in names]
        for name, column, term in zip(names, toy["columns"], terms, strict=True):
            nodes.append(_term(column, name, place, term, constants))
        scores.append(f"score{place}")
        nodes.append(helper.make_node("Sum", terms, [scores[-1]]))
    numbers = {"base": BASE, "zero": 0.0, "low": 0.9, "high": 1.1}
    if classes:
        wanted = [("probabilities", len(scores))]
        nodes.append(helper.make_node("Concat", scores, ["scores"], axis=1))
        nodes.append(helper.make_node("Softmax", ["scores"], ["probabilities"], axis=1))
    else:
        wanted = [(name, 1) for name in ("prediction", "lower", "upper")]
        at = names[[column["name"] for column in toy["columns"]].index(TREES_FROM[toy["model"]])]
        nodes += [
            _split(at, "tree"),
            helper.make_node("Sum", [*scores, "base", "tree"], ["prediction"]),
            helper.make_node("Mul", ["prediction", "low"], ["lower"]),
            helper.make_node("Mul", ["prediction", "high"], ["upper"]),
        ]
    given = [helper.make_tensor_value_info(name, TensorProto.DOUBLE, [None, width]) for name, width in wanted]
    constants += [helper.make_tensor(name, TensorProto.DOUBLE, [], [value]) for name, value in numbers.items()]
    opsets = [helper.make_opsetid("", 21), helper.make_opsetid("ai.onnx.ml", 5)]
    made = helper.make_graph(nodes, toy["model"], inputs, given, constants)
    return helper.make_model(made, opset_imports=opsets, ir_version=10)


def _term(column: dict, name: str, place: int | None, term: str, constants: list[Any]) -> onnx.NodeProto:
    """Weigh a column: an unknown label counts as a missing one."""
    if column["type"] != "category":
        weight = column["weight"] if place is None else column["weight"][place]
        constants.append(helper.make_tensor(f"{term}/weight", TensorProto.DOUBLE, [], [weight]))
        return helper.make_node("Mul", [f"{name}/value", f"{term}/weight"], [term])
    weights = {label: value if place is None else value[place] for label, value in column["weights"].items()}
    return helper.make_node(
        "LabelEncoder", [name], [term], domain="ai.onnx.ml",
        keys_strings=[label.encode() for label in weights],
        values_tensor=_doubles("values", list(weights.values())),
        default_tensor=_doubles("default", [weights.get("", 0.0)]),
    )  # fmt: skip


def _split(source: str, output: str) -> onnx.NodeProto:
    """One tree in double precision: 5 where `source` is at most 6, else (and where missing) 0."""
    doubles = {"nodes_splits": [6.0], "leaf_weights": [5.0, 0.0]}
    return helper.make_node(
        "TreeEnsemble", [source], [output], domain="ai.onnx.ml", n_targets=1, aggregate_function=1,
        post_transform=0, tree_roots=[0], nodes_featureids=[0],
        nodes_modes=helper.make_tensor("modes", TensorProto.UINT8, [1], np.zeros(1, np.uint8)),
        nodes_missing_value_tracks_true=[0],
        nodes_truenodeids=[0], nodes_trueleafs=[1], nodes_falsenodeids=[1], nodes_falseleafs=[1],
        leaf_targetids=[0, 0],
        **{key: _doubles(key, value) for key, value in doubles.items()},
    )  # fmt: skip


def _doubles(name: str, values: list[float]) -> onnx.TensorProto:
    return helper.make_tensor(name, TensorProto.DOUBLE, [len(values)], values)
