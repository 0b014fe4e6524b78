"""Small bundles of two unrelated data sets, made without the pipeline, to test services with."""

import json
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import onnx
from onnx import TensorProto, helper

from plumbline.bundle import contract, files, writing

PLANTS = {
    "model": "plants",
    "target": {"name": "height", "unit": "centimetres", "description": "Height after a year."},
    "columns": [
        {"name": "light", "type": "number", "unit": "hours", "description": "Light a day.",
         "minimum": 0, "maximum": 24, "required": True, "example": 7.5, "weight": 2.0},
        {"name": "water", "type": "integer", "unit": "millilitres", "description": "Water a day.",
         "minimum": 10, "maximum": 500, "required": True, "example": 100, "weight": 0.25},
        {"name": "species", "type": "category", "unit": None, "description": "Kind of plant.",
         "categories": ["fern", "moss", "rosé"], "required": True, "example": "fern",
         "weights": {"fern": 30.0, "moss": 1.0, "rosé": 12.5}},
    ],
}  # fmt: skip
BIKES = {
    "model": "bikes",
    "target": {"name": "rentals", "unit": "bikes", "description": "Bikes rented in an hour."},
    "columns": [
        {"name": "weather", "type": "category", "unit": None, "description": "The sky.",
         "categories": ["dry", "wet"], "required": False, "example": "dry",
         "weights": {"dry": 80.0, "wet": 15.0, "": 40.0}},
        {"name": "temperature", "type": "number", "unit": "°C", "description": "Air.",
         "minimum": -30, "maximum": 45, "required": False, "example": 21.5, "weight": 1.5},
        {"name": "hour", "type": "integer", "unit": "hour", "description": "Hour of the day.",
         "minimum": 0, "maximum": 23, "required": True, "example": 17, "weight": 3.0},
    ],
}  # fmt: skip
BASE = 100.0  # keeps every prediction above zero, so that the interval contains it
TREES_FROM = {"plants": "light", "bikes": "hour"}  # the column of the toy's one split


def build(folder: Path, toy: dict = PLANTS, version: str | None = "3", rows: int = 5) -> str:
    """Write the bundle of a toy into `folder` and give the sha256 of its manifest."""
    inputs = [row(toy, number) for number in range(rows)]
    sha256 = writing.write(
        folder,
        model=graph(toy).SerializeToString(),
        contract=contract_of(toy),
        golden=files.Golden(1, 1e-6, inputs, [expected(toy, item) for item in inputs]),
        reference=files.Reference(1, rows, {}, files.Distribution([rows], [])),
        lineage=files.Lineage(1, {"data/raw/toy.tsv": files.Data("0" * 32, rows)}, {}, {}, {}, {}),
    )
    if version:
        release = {"schema_version": 1, "model": toy["model"], "version": version,
                   "bundle_sha256": sha256, "git_commit": "c" * 40, "git_dirty": False,
                   "released_at": "2026-01-02T03:04:05+00:00"}  # fmt: skip
        (folder / files.RELEASE).write_text(json.dumps(release))
    return sha256


def contract_of(toy: dict) -> contract.Contract:
    """Give the contract of a toy, as a service reads it."""
    columns = [
        {key: value for key, value in column.items() if not key.startswith("weight")} for column in toy["columns"]
    ]
    content = {"schema_version": 1, "model": toy["model"], "target": toy["target"],
               "interval": {"coverage": 0.8}, "columns": columns,
               "json_schema": json_schema(columns)}  # fmt: skip
    return msgspec.convert(content, contract.Contract)


def seal(folder: Path) -> str:
    """Write the manifest of whatever is in `folder` and give its sha256."""
    beside = {files.MANIFEST, *files.BESIDE}
    contents = {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.name not in beside}
    return writing.seal(folder, contents)


def row(toy: dict, number: int = 0) -> dict:
    """Give a valid row; every second one lacks what may be missing."""
    values = {}
    for column in toy["columns"]:
        if not column["required"] and number % 2:
            continue
        if column["type"] == "category":
            values[column["name"]] = column["categories"][number % len(column["categories"])]
        else:
            span = column["maximum"] - column["minimum"]
            value = column["minimum"] + span * ((number * 7 + 1) % 11) / 11
            values[column["name"]] = int(value) if column["type"] == "integer" else value
    return values


def expected(toy: dict, values: dict) -> dict:
    """Give the prediction, computed without ONNX: a weighted sum, and 5 more behind a split."""
    total = BASE
    for column in toy["columns"]:
        value = values.get(column["name"])
        if column["type"] == "category":
            total += column["weights"][value or ""]
        elif value is not None:
            total += column["weight"] * value
    split = values.get(TREES_FROM[toy["model"]])
    total += 5.0 if split is not None and split <= 6.0 else 0.0
    return {"prediction": total, "lower": total * 0.9, "upper": total * 1.1}


def json_schema(columns: list[dict]) -> dict:
    """Give the JSON Schema of a row."""
    properties = {}
    for column in columns:
        if column["type"] == "category":
            rule: dict[str, Any] = {"type": "string", "enum": list(column["categories"])}
        else:
            rule = {key: column[key] for key in ("type", "minimum", "maximum")}
        if not column["required"]:
            rule["type"] = [rule["type"], "null"]
            if "enum" in rule:
                rule["enum"].append(None)
        properties[column["name"]] = rule
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object",
            "properties": properties, "additionalProperties": False,
            "required": [column["name"] for column in columns if column["required"]]}  # fmt: skip


def graph(toy: dict) -> onnx.ModelProto:
    """Give the toy as an ONNX graph of the form that docs/bundle.md asks for."""
    nodes, inputs, terms = [], [], ["base"]
    numbers = {"base": BASE, "zero": 0.0, "low": 0.9, "high": 1.1}
    for column in toy["columns"]:
        name = column["name"]
        is_category = column["type"] == "category"
        kind = TensorProto.STRING if is_category else TensorProto.DOUBLE
        inputs.append(helper.make_tensor_value_info(name, kind, [None, 1]))
        terms.append(f"{name}/term")
        if is_category:
            labels, values = zip(*column["weights"].items(), strict=True)
            nodes.append(helper.make_node(
                "LabelEncoder", [name], [terms[-1]], domain="ai.onnx.ml",
                keys_strings=[label.encode() for label in labels],
                values_tensor=_doubles("values", values),
                default_tensor=_doubles("default", [0.0]),
            ))  # fmt: skip
        else:
            numbers[f"{name}/weight"] = column["weight"]
            nodes += [
                helper.make_node("IsNaN", [name], [f"{name}/missing"]),
                helper.make_node("Where", [f"{name}/missing", "zero", name], [f"{name}/value"]),
                helper.make_node("Mul", [f"{name}/value", f"{name}/weight"], [terms[-1]]),
            ]
    nodes.append(_split(TREES_FROM[toy["model"]], "tree"))
    nodes += [
        helper.make_node("Sum", [*terms, "tree"], ["prediction"]),
        helper.make_node("Mul", ["prediction", "low"], ["lower"]),
        helper.make_node("Mul", ["prediction", "high"], ["upper"]),
    ]
    outputs = [
        helper.make_tensor_value_info(name, TensorProto.DOUBLE, [None, 1]) for name in ("prediction", "lower", "upper")
    ]
    constants = [helper.make_tensor(name, TensorProto.DOUBLE, [], [value]) for name, value in numbers.items()]
    opsets = [helper.make_opsetid("", 21), helper.make_opsetid("ai.onnx.ml", 5)]
    made = helper.make_graph(nodes, toy["model"], inputs, outputs, constants)
    return helper.make_model(made, opset_imports=opsets, ir_version=10)


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
