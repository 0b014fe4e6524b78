"""Our own scorer against ONNX Runtime, on random trees and random rows."""

import msgspec
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from plumbline.bundle import contract as contracts
from services.common.rows import RowReader
from services.common.tests import toy
from services.predict.app import forest, onnx_file
from services.predict.app.onnx_file import UnsupportedError
from services.predict.app.onnx_scorer import OnnxScorer

pytestmark = pytest.mark.needs("scorer")
LABELS = ["red", "green", "blue", "violet"]
CONTRACT = contracts.Contract(
    1, model="random", target=contracts.Target("y", "units"), interval=contracts.Interval(0.8), json_schema={},
    columns=(
        contracts.Column(name="a", type="number", minimum=-10, maximum=10, required=False),
        contracts.Column(name="colour", type="category", categories=tuple(LABELS), required=False),
        contracts.Column(name="b", type="integer", minimum=0, maximum=20),
    ),
)  # fmt: skip


def doubles(name, values):
    return helper.make_tensor(name, TensorProto.DOUBLE, [len(values)], values)


def ensemble(random, trees, leaves, output):
    """A TreeEnsemble over the features (a, b, colour) whose splits often lie on the values."""
    keys = ("feature", "split", "missing", "true", "true_leaf", "false", "false_leaf")
    nodes = {key: [] for key in keys}
    weights, roots = [], []

    def grow(count):
        at = len(nodes["feature"])
        feature = int(random.integers(3))
        nodes["feature"].append(feature)
        nodes["split"].append(float(random.integers(-2, 20)) / (1 if feature else 2))
        nodes["missing"].append(int(random.integers(2)))
        for key in ("true", "true_leaf", "false", "false_leaf"):
            nodes[key].append(0)
        left = int(random.integers(1, count))
        for branch, size in (("true", left), ("false", count - left)):
            if size == 1:
                nodes[branch][at], nodes[f"{branch}_leaf"][at] = len(weights), 1
                weights.append(float(random.normal()))
            else:
                nodes[branch][at] = grow(size)
        return at

    for _ in range(trees):
        roots.append(grow(leaves))
    count = len(nodes["feature"])
    return helper.make_node(
        "TreeEnsemble", ["features"], [output], domain="ai.onnx.ml", n_targets=1,
        aggregate_function=1, post_transform=0, tree_roots=roots,
        nodes_featureids=nodes["feature"], nodes_splits=doubles("splits", nodes["split"]),
        nodes_modes=helper.make_tensor("modes", TensorProto.UINT8, [count], [0] * count),
        nodes_missing_value_tracks_true=nodes["missing"], nodes_truenodeids=nodes["true"],
        nodes_trueleafs=nodes["true_leaf"], nodes_falsenodeids=nodes["false"],
        nodes_falseleafs=nodes["false_leaf"], leaf_targetids=[0] * len(weights),
        leaf_weights=doubles("leaves", weights),
    )  # fmt: skip


def model(seed, trees, leaves, changed=None):
    random = np.random.default_rng(seed)
    nodes = [
        helper.make_node("LabelEncoder", ["colour"], ["code"], domain="ai.onnx.ml",
                         keys_strings=LABELS[:3], values_int64s=[2, 0, 1], default_int64=-1),
        helper.make_node("Cast", ["code"], ["number"], to=TensorProto.DOUBLE),
        helper.make_node("Concat", ["a", "b", "number"], ["features"], axis=1),
        ensemble(random, trees, leaves, "point"),
        ensemble(random, max(1, trees // 3), leaves, "spread"),
        helper.make_node("Exp", ["spread"], ["wide"]),
        helper.make_node("Mul", ["wide", "half"], ["margin"]),
        helper.make_node("Sub", ["point", "margin"], ["lower"]),
        helper.make_node("Add", ["point", "margin"], ["upper"]),
        helper.make_node(changed or "Identity", ["point"], ["prediction"]),
    ]  # fmt: skip
    kinds = {"a": TensorProto.DOUBLE, "colour": TensorProto.STRING, "b": TensorProto.DOUBLE}
    inputs = [helper.make_tensor_value_info(name, kind, [None, 1]) for name, kind in kinds.items()]
    outputs = [helper.make_tensor_value_info(name, TensorProto.DOUBLE, [None, 1])
               for name in ("prediction", "lower", "upper")]  # fmt: skip
    graph = helper.make_graph(
        nodes, "random", inputs, outputs, [helper.make_tensor("half", TensorProto.DOUBLE, [], [0.5])]
    )
    opsets = [helper.make_opsetid("", 21), helper.make_opsetid("ai.onnx.ml", 5)]
    made = helper.make_model(graph, opset_imports=opsets, ir_version=10)
    onnx.checker.check_model(made)
    return made.SerializeToString()


def classifier(seed, classes, trees, ending):
    """K sums of leaves, a calibration of their own, and the probabilities by an ending of several forms."""
    random = np.random.default_rng(seed)
    nodes = [
        helper.make_node("LabelEncoder", ["c1"], ["code"], domain="ai.onnx.ml",
                         keys_strings=LABELS[:3], values_int64s=[2, 0, 1], default_int64=-1),
        helper.make_node("Cast", ["code"], ["number"], to=TensorProto.DOUBLE),
        helper.make_node("Concat", ["c0", "c2", "number"], ["features"], axis=1),
    ]  # fmt: skip
    names = [f"margin{place}" for place in range(classes)]
    for name in names:
        nodes.append(ensemble(random, trees, 8, f"{name}/sum"))
        nodes.append(helper.make_node("Add", [f"{name}/sum", "baseline"], [name]))
    constants = {"baseline": [0.25], "temperature": [1.7], "slopes": random.normal(size=classes).tolist(), "one": [1.0]}
    if ending == "elementwise":
        nodes += [helper.make_node("Exp", [name], [f"{name}/power"]) for name in names]
        nodes.append(helper.make_node("Sum", [f"{name}/power" for name in names], ["total"]))
        nodes += [helper.make_node("Div", [f"{name}/power", "total"], [f"{name}/share"]) for name in names]
        nodes.append(helper.make_node("Concat", [f"{name}/share" for name in names], ["probabilities"], axis=1))
    elif ending == "softmax":
        nodes += [
            helper.make_node("Concat", names, ["margins"], axis=-1),
            helper.make_node("Mul", ["margins", "slopes"], ["tilted"]),
            helper.make_node("Div", ["tilted", "temperature"], ["cooled"]),
            helper.make_node("Softmax", ["cooled"], ["probabilities"], axis=-1),
        ]
    else:
        nodes += [
            helper.make_node("Neg", [names[0]], ["turned"]),
            helper.make_node("Sigmoid", ["turned"], ["positive"]),
            helper.make_node("Sub", ["one", "positive"], ["negative"]),
            helper.make_node("Concat", ["negative", "positive"], ["probabilities"], axis=1),
        ]
    inputs = [
        helper.make_tensor_value_info(name, kind, [None, 1])
        for name, kind in (("c0", TensorProto.DOUBLE), ("c1", TensorProto.STRING), ("c2", TensorProto.DOUBLE))
    ]
    outputs = [helper.make_tensor_value_info("probabilities", TensorProto.DOUBLE, [None, max(classes, 2)])]
    graph = helper.make_graph(
        nodes, "random", inputs, outputs, [doubles(name, values) for name, values in constants.items()]
    )
    opsets = [helper.make_opsetid("", 21), helper.make_opsetid("ai.onnx.ml", 5)]
    made = helper.make_model(graph, opset_imports=opsets, ir_version=10)
    onnx.checker.check_model(made)
    return made.SerializeToString()


def contract_of(classes):
    names = tuple(f"class {place}" for place in range(max(classes, 2)))
    colour = contracts.Column(name="colour", type="category", categories=tuple(LABELS), open=True, required=False)
    return contracts.Contract(
        2, model="random", task="multiclass" if classes > 2 else "binary", json_schema={},
        target=contracts.Target("y", categories=names, positive="" if classes > 2 else names[-1]),
        outputs=contracts.PROBABILITIES, prediction_set=contracts.PredictionSet(0.9, 0.8, "made up"),
        columns=(CONTRACT.columns[0], colour, CONTRACT.columns[2]),
    )  # fmt: skip


def rows(reader, count, seed):
    random = np.random.default_rng(seed)
    values = [
        {
            "a": None if random.random() < 0.2 else float(random.integers(-20, 21)) / 2,
            "colour": None if random.random() < 0.2 else str(random.choice(LABELS)),
            "b": int(random.integers(0, 21)),
        }
        for _ in range(count)
    ]
    return reader.read(msgspec.json.encode({"inputs": values}))


@pytest.mark.parametrize(("trees", "leaves"), [(1, 2), (40, 5), (300, 8), (50, 16), (30, 31), (20, 64)])  # fmt: skip
def test_agrees_with_onnx_runtime_on_random_trees(trees, leaves):
    content = model(trees, trees, leaves)
    reader = RowReader(CONTRACT, 1000)
    given = rows(reader, 500, leaves)

    ours = forest.ForestScorer(content, CONTRACT, reader.row_type).score(given)
    theirs = OnnxScorer(content, CONTRACT, reader.row_type).score(given)

    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-9)
    assert len(np.unique(ours[:, 0])) > 1


@pytest.mark.parametrize(
    ("classes", "ending"),
    [(1, "sigmoid"), (2, "elementwise"), (2, "softmax"), (3, "elementwise"), (7, "softmax"), (40, "elementwise")],
)
def test_agrees_with_onnx_runtime_on_the_probabilities_of_classes(classes, ending):
    contract, content = contract_of(classes), classifier(classes, classes, 20, ending)
    reader = RowReader(contract, 1000)
    given = rows(reader, 300, classes)
    given += reader.read(msgspec.json.encode({"inputs": [{"a": 1.5, "colour": "no such colour", "b": 3}]}))

    ours = forest.ForestScorer(content, contract, reader.row_type).score(given)
    theirs = OnnxScorer(content, contract, reader.row_type).score(given)

    assert ours.shape == (301, max(classes, 2))
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(ours.sum(axis=1), 1, rtol=1e-12)


def test_leaves_more_arithmetic_than_it_has_room_for_to_onnx_runtime():
    contract = contract_of(500)

    with pytest.raises(UnsupportedError, match="registers"):
        forest.ForestScorer(classifier(1, 500, 1, "softmax"), contract, RowReader(contract, 10).row_type)


@pytest.mark.parametrize("count", [1, 63, 64, 65, 129])
def test_scores_a_row_alike_alone_and_among_others(count):
    reader = RowReader(CONTRACT, 1000)
    scorer = forest.ForestScorer(model(1, 40, 8), CONTRACT, reader.row_type)
    given = rows(reader, count, 2)

    together = scorer.score(given)

    alone = np.vstack([scorer.score([row]) for row in given])
    np.testing.assert_array_equal(together, alone)


def test_leaves_graphs_of_another_form_to_onnx_runtime():
    reader = RowReader(CONTRACT, 10)

    for content in (
        model(1, 3, 65),
        model(1, 3, 4, changed="Sqrt"),
        toy.graph(toy.PLANTS).SerializeToString(),
        b"\x00 not a model",
    ):
        with pytest.raises(UnsupportedError):
            forest.ForestScorer(content, CONTRACT, reader.row_type)


def test_refuses_rows_of_another_type():
    reader, other = RowReader(CONTRACT, 10), RowReader(CONTRACT, 10)
    scorer = forest.ForestScorer(model(1, 3, 4), CONTRACT, reader.row_type)

    with pytest.raises(TypeError, match="row type"):
        scorer.score(rows(other, 1, 0))


def test_reads_what_the_onnx_package_writes():
    made = onnx.load_from_string(model(3, 5, 4))

    graph = onnx_file.read(made.SerializeToString())

    assert [node.kind for node in graph.nodes] == [node.op_type for node in made.graph.node]
    assert graph.constants["half"] == [0.5]
    trees = graph.nodes[3].attributes
    wanted = {item.name: helper.get_attribute_value(item) for item in made.graph.node[3].attribute}
    assert list(trees["nodes_truenodeids"]) == list(wanted["nodes_truenodeids"])
    assert list(trees["leaf_weights"]) == list(onnx.numpy_helper.to_array(wanted["leaf_weights"]))
