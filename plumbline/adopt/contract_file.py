"""data/contract.yaml: drafted from a study, and later brought up to a newer table without losing a person's edits."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from plumbline.adopt import columns, identifier, kinds
from plumbline.adopt.study import Study
from plumbline.kernel.column import Column
from plumbline.kernel.config import parse

PATH = Path("data/contract.yaml")

_HEAD = """What one row means, for everyone: validation, the model and the services all read this file.
A column is required unless it says `optional: true`; ranges are inclusive. Replace each TODO by what you know."""


def draft(study: Study, unit: str | None) -> CommentedMap:
    """Give the contract of a table that nobody wrote one for."""
    integer = study.identifier is not None and kinds.is_integer(study.rows[study.identifier])
    contract = CommentedMap()
    if study.asks.task != "regression":
        contract["task"] = study.asks.task
    contract["identifier"] = study.identifier or identifier.MADE
    if not integer:
        contract["identifier_type"] = "string"
    contract["target"] = _target(study, unit)
    contract["columns"] = CommentedMap(
        {
            name: _laid_out(columns.entry(study.source.columns[name], name, study.rows[name], reading))
            for name, reading in study.columns.items()
        }
    )
    contract.yaml_set_start_comment(_HEAD)
    return contract


def merge(known: CommentedMap, fresh: CommentedMap, study: Study) -> list[str]:
    """Bring a contract up to a newer table: what a person wrote stays, and what the table has beyond it is added.

    Args:
        known: The contract; it is changed.
        fresh: The draft for the newer table.
        study: What was found in it.

    Returns:
        A sentence for each difference.
    """
    said = [f"{name}: no longer in the table, taken out" for name in known["columns"] if name not in fresh["columns"]]
    for name in [name for name in known["columns"] if name not in fresh["columns"]]:
        del known["columns"][name]
    for name, entry in fresh["columns"].items():
        if name in known["columns"]:
            said += _widened(name, known["columns"][name], entry, study.rows[name])
        else:
            known["columns"][name] = entry
            said.append(f"{name}: new")
    return said + _widened(study.target, known["target"], fresh["target"], study.rows[study.target])


def _target(study: Study, unit: str | None) -> CommentedMap:
    own, cells = study.source.columns[study.target], study.rows[study.target]
    if study.asks.classes:
        entry: dict[str, Any] = {"type": "category", "description": columns.TODO}
        entry |= {"categories": list(study.asks.classes)}
        entry |= {"positive": study.asks.classes[-1]} if study.asks.task == "binary" else {}
    else:
        entry = columns.of_numbers(own, cells)
        entry |= {"unit": unit} if unit else {}
        entry.pop("example")
    entry |= columns.label(own, study.target)
    return CommentedMap({"name": study.target}) | _laid_out(entry)


def _laid_out(entry: dict[str, Any]) -> CommentedMap:
    laid = CommentedMap(entry)
    if "categories" in laid:
        laid["categories"] = CommentedSeq(laid["categories"])
        laid["categories"].fa.set_flow_style()
    return laid


def _widened(name: str, known: CommentedMap, fresh: CommentedMap, cells: "pd.Series[str]") -> list[str]:
    """Widen a column's entry to what the draft saw; a range grows only where a value lies outside."""
    if known["type"] != fresh["type"]:
        return [f"{name}: the table has {fresh['type']} values where the contract says {known['type']}, left as it is"]
    said = []
    new = [label for label in fresh.get("categories", []) if label not in known["categories"]]
    if new and not known.get("open"):
        known["categories"].extend(new)
        said.append(f"{name}: new labels {', '.join(new)}")
    if "minimum" in known:
        values = kinds.numbers(cells, known["type"])
        bounds = parse(Column, {key: value for key, value in known.items() if key != "name"}, name)
        outside = {"minimum": np.nanmin(values) < bounds.least, "maximum": np.nanmax(values) > bounds.most}
        for key in (key for key, beyond in outside.items() if beyond):
            said.append(f"{name}: {key} {known[key]} becomes {fresh[key]}")
            known[key] = fresh[key]
    if fresh.get("optional") and not known.get("optional"):
        known["optional"] = True
        said.append(f"{name}: may be missing now")
    return said
