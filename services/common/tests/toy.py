"""Small bundles of the made-up data sets, made without the pipeline, to test services with."""

import json
import math
from pathlib import Path
from typing import Any

import msgspec
import onnx

from plumbline.bundle import contract, files, moments, writing
from services.common.tests import toy_graph
from services.common.tests.toys import BASE, BIKES, LOANS, PETS, PLANTS, SET_THRESHOLD, TREES_FROM

__all__ = ["BIKES", "LOANS", "PETS", "PLANTS", "build", "classes", "contract_of", "expected", "graph", "row", "seal"]


def build(folder: Path, toy: dict = PLANTS, version: str | None = "3", rows: int = 5) -> str:
    """Write the bundle of a toy into `folder` and give the sha256 of its manifest."""
    inputs = [row(toy, number) for number in range(rows)]
    schema = toy.get("version", 1)
    target = dict.fromkeys(classes(toy), rows) or [rows]
    sha256 = writing.write(
        folder,
        model=graph(toy).SerializeToString(),
        contract=contract_of(toy),
        golden=files.Golden(schema, 1e-6, inputs, [outputs(toy, item) for item in inputs], 1e-9),
        reference=files.Reference(schema, rows, {}, files.Distribution(target, None if classes(toy) else [])),
        lineage=files.Lineage(schema, {"data/raw/toy.tsv": files.Data("0" * 32, rows)}, {}, {}, {}, {}),
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
    content = {"schema_version": toy.get("version", 1), "model": toy["model"], "target": toy["target"],
               "columns": columns, "json_schema": json_schema(columns)}  # fmt: skip
    if classes(toy):
        content |= {
            "task": toy["task"], "outputs": contract.PROBABILITIES, "decision": toy["decision"],
            "prediction_set": {"coverage": 0.9, "threshold": SET_THRESHOLD, "method": "made up"},
        }  # fmt: skip
    else:
        content["interval"] = {"coverage": 0.8}
    return msgspec.convert(content, contract.Contract, from_attributes=True)


def classes(toy: dict) -> list[str]:
    """Give the classes of a toy, none if its target is a number."""
    return toy["target"].get("categories", [])


def seal(folder: Path) -> str:
    """Write the manifest of whatever is in `folder` and give its sha256."""
    beside = {files.MANIFEST, *files.BESIDE}
    contents = {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.name not in beside}
    return writing.seal(folder, contents)


def row(toy: dict, number: int = 0) -> dict:
    """Give a valid row; every second one lacks what may be missing."""
    values: dict[str, Any] = {}
    for column in toy["columns"]:
        name, kind = column["name"], column["type"]
        if not column["required"] and number % 2:
            continue
        if kind == "category":
            values[name] = column["categories"][number % len(column["categories"])]
        elif kind == "boolean":
            values[name] = number % 3 == 0
        elif kind == "date":
            values[name] = f"2026-0{1 + number % 9}-28"
        elif kind == "timestamp":
            values[name] = f"2026-01-2{number % 9}T0{number % 7}:30:00Z"
        else:
            span = column["maximum"] - column["minimum"]
            value = column["minimum"] + span * ((number * 7 + 1) % 11) / 11
            values[name] = int(value) if kind == "integer" else value
    return values


def outputs(toy: dict, values: dict) -> dict[str, Any]:
    """Give the model's outputs, computed without ONNX."""
    return {"probabilities": _probabilities(toy, values)} if classes(toy) else expected(toy, values)


def expected(toy: dict, values: dict) -> dict:
    """Give the answer, computed without ONNX.

    A number is a weighted sum, and 5 more behind a split; classes are decided by a threshold or by costs.
    """
    if not classes(toy):
        total = BASE + _weighted(toy, values, None)
        split = values.get(TREES_FROM[toy["model"]])
        total += 5.0 if split is not None and split <= 6.0 else 0.0
        return {"prediction": total, "lower": total * 0.9, "upper": total * 1.1}
    found = dict(zip(classes(toy), _probabilities(toy, values), strict=True))
    if toy["task"] == "binary":
        decided = "lost" if found["lost"] >= toy["decision"]["threshold"] else "repaid"
    else:
        costs = {said: sum(found[true] * toy["decision"]["costs"][true].get(said, 0.0) for true in found)
                 for said in found}  # fmt: skip
        decided = min(costs, key=lambda name: costs[name])
    kept = [name for name, value in found.items() if value >= 1 - SET_THRESHOLD or name == decided]
    return {"prediction": decided, "probabilities": found, "prediction_set": kept}


def _probabilities(toy: dict, values: dict) -> list[float]:
    scores = [math.exp(_weighted(toy, values, place)) for place in range(len(classes(toy)))]
    return [score / sum(scores) for score in scores]


def _weighted(toy: dict, values: dict, place: int | None) -> float:
    """Add up the columns' terms: of a number, or of the class at a place."""
    total = 0.0
    for column in toy["columns"]:
        value = values.get(column["name"])
        if column["type"] == "category":
            weight, value = column["weights"].get(value or "", column["weights"].get("")), 1.0
        else:
            weight = column["weight"]
        if value is not None:
            number = moments.number(value, column["type"]) if isinstance(value, str) else float(value)
            total += (weight if place is None else weight[place]) * number
    return total


def json_schema(columns: list[dict]) -> dict:
    """Give the JSON Schema of a row."""
    properties = {}
    for column in columns:
        kind = column["type"]
        if kind == "category":
            rule: dict[str, Any] = {"type": "string", "enum": list(column["categories"])}
            if column.get("open"):
                rule = {"type": "string", "minLength": 1, "maxLength": 200}
        elif kind in {"date", "timestamp"}:
            rule = {"type": "string", "format": "date" if kind == "date" else "date-time"}
            rule |= {"x-minimum": column["minimum"], "x-maximum": column["maximum"]}
        else:
            rule = {key: column[key] for key in ("type", "minimum", "maximum") if key in column}
        if not column["required"]:
            rule["type"] = [rule["type"], "null"]
            if "enum" in rule:
                rule["enum"].append(None)
        properties[column["name"]] = rule
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object",
            "properties": properties, "additionalProperties": False,
            "required": [column["name"] for column in columns if column["required"]]}  # fmt: skip


def graph(toy: dict) -> onnx.ModelProto:
    """Give the toy as an ONNX graph."""
    return toy_graph.graph(toy, tuple(contract_of(toy).inputs))
