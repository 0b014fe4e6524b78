"""The first differing field of two artifacts, named."""

import copy
import math
from datetime import date
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import onnx
import pandas as pd
import pytest
from onnx import TensorProto, helper
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.preprocessing import OrdinalEncoder

from plumbline.kernel import canonical, jsonfile
from plumbline.proof.firstdiff import first_difference, values


@pytest.fixture
def preprocessor() -> ColumnTransformer:
    frame = pd.DataFrame({"area": [1.0, 2.0, 3.0], "kind": ["a", "b", "a"]})
    encoder = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
    return ColumnTransformer([("area", "passthrough", ["area"]), ("kind", encoder, ["kind"])]).fit(frame)


def compare(folder: Path, one: Any, other: Any) -> str | None:
    paths = [folder / "one.joblib", folder / "other.joblib"]
    for path, value in zip(paths, (one, other), strict=True):
        canonical.dump(value, path)
    return first_difference(*paths)


def test_equal_objects_have_no_difference(tmp_path: Path, preprocessor: ColumnTransformer) -> None:
    assert compare(tmp_path, preprocessor, copy.deepcopy(preprocessor)) is None


def test_a_planted_timestamp_is_named(tmp_path: Path, preprocessor: ColumnTransformer) -> None:
    other = copy.deepcopy(preprocessor)
    preprocessor.fitted_at_, other.fitted_at_ = 1.0, 2.0
    assert compare(tmp_path, preprocessor, other) == "fitted_at_: 1.0 / 2.0"


def test_a_label_deep_inside_is_named_by_its_path(tmp_path: Path, preprocessor: ColumnTransformer) -> None:
    other = copy.deepcopy(preprocessor)
    other.named_transformers_["kind"].categories_[0][1] = "B"
    assert compare(tmp_path, preprocessor, other) == "transformers_[1][1].categories_[0][1]: 'b' / 'B'"


def test_a_field_of_a_tree_is_named(tmp_path: Path) -> None:
    X = np.arange(100.0)[:, None]
    model = HistGradientBoostingRegressor(max_iter=2).fit(X, X[:, 0])
    other = copy.deepcopy(model)
    other._predictors[1][0].nodes["value"][3] += 1
    found = compare(tmp_path, model, other)
    assert found is not None
    assert found.startswith("_predictors[1][0].nodes[3][0]: ")


def test_equal_objects_that_are_stored_differently_differ_in_an_opcode(tmp_path: Path) -> None:
    shared, apart = ["x" * 3] * 2, ["x" * 3, "".join(["x"] * 3)]
    for name, value in (("one", shared), ("other", apart)):
        joblib.dump(value, tmp_path / f"{name}.joblib")
    found = first_difference(tmp_path / "one.joblib", tmp_path / "other.joblib")
    assert found is not None
    assert found.startswith("equal objects; opcode ")
    assert "BINGET" in found
    # and the canonical form has no such difference
    assert compare(tmp_path, shared, apart) is None


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (0.0, -0.0, "x: 0.0 / -0.0"),
        (np.array([0.0]), np.array([-0.0]), "x[0]: np.float64(0.0) / np.float64(-0.0)"),
        (date(2026, 1, 1), date(2026, 1, 2), "x: datetime.date(2026, 1, 1) / datetime.date(2026, 1, 2)"),
        (np.ones((2, 2)), np.ones((2, 2), order="F"), "layout of x: 'by row' / 'by column'"),
        ({"a"}, {"b"}, "x[1][0][0]: 'a' / 'b'"),
    ],
)
def test_values_that_look_equal_are_told_apart(tmp_path: Path, one: Any, other: Any, expected: str) -> None:
    assert compare(tmp_path, {"x": one}, {"x": other}) == expected


def test_functions_are_compared_by_name(tmp_path: Path) -> None:
    found = compare(tmp_path, {"x": math.sqrt}, {"x": math.log})
    assert found == "x: <built-in function sqrt> / <built-in function log>"
    found = compare(tmp_path, {"x": copy.copy}, {"x": copy.deepcopy})
    assert found is not None
    assert found.startswith("x: <function copy at ")


def test_an_object_that_is_shared_on_one_side_only_is_compared_each_time() -> None:
    shared = [1]
    assert values.walk([shared, shared], [[1], [2]]) == "[1][0]: 1 / 2"


def test_no_difference_is_lost_among_many_passing_objects() -> None:
    # each array's list lives only while it is compared, and the next one may get its identity
    one, other = ([np.array([i, "x"], dtype=object) for i in range(300)] for _ in range(2))
    other[298][0] = -1
    assert values.walk(one, other) == "[298][0]: 298 / -1"


def test_a_cell_of_a_table_is_named_by_column_and_row(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": [1.0, np.nan], "b": [3.0, 4.0]})
    frame.to_parquet(tmp_path / "one.parquet")
    frame.assign(b=[3.0, 5.0]).to_parquet(tmp_path / "other.parquet")
    assert first_difference(tmp_path / "one.parquet", tmp_path / "other.parquet") == "column b, row [1]: 4.0 / 5.0"


def test_the_compression_of_a_table_is_named(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": [1.0]})
    frame.to_parquet(tmp_path / "one.parquet")
    frame.to_parquet(tmp_path / "other.parquet", compression="gzip")
    found = first_difference(tmp_path / "one.parquet", tmp_path / "other.parquet")
    assert found is not None
    assert found.startswith("file metadata.")


def test_an_attribute_of_a_graph_is_named(tmp_path: Path) -> None:
    for name, alpha in (("one", 0.5), ("other", 0.25)):
        edges = [helper.make_tensor_value_info(edge, TensorProto.FLOAT, [1]) for edge in "xy"]
        node = helper.make_node("LeakyRelu", ["x"], ["y"], name="leak", alpha=alpha)
        onnx.save(helper.make_model(helper.make_graph([node], "g", edges[:1], edges[1:])), tmp_path / f"{name}.onnx")
    found = first_difference(tmp_path / "one.onnx", tmp_path / "other.onnx")
    assert found == "graph.node[leak].attribute[alpha].f: 0.5 / 0.25"


def test_a_value_of_json_is_named_by_its_path_and_its_spelling_by_line(tmp_path: Path) -> None:
    one, other = tmp_path / "one.json", tmp_path / "other.json"
    jsonfile.write(one, {"a": [1, {"b": 2}]})
    jsonfile.write(other, {"a": [1, {"b": 3}]})
    assert first_difference(one, other) == "a[1].b: 2 / 3"
    other.write_text('{"a": [1, {"b": 2}]}\n')
    assert first_difference(one, other) == "line 1: '{' / '{\"a\": [1, {\"b\": 2}]}'"
