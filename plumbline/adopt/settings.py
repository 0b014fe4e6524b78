"""The parameters and limits of an adopted table, written into the files that are there, whose comments stay."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from ruamel.yaml.scalarstring import LiteralScalarString
from scipy import stats

from plumbline.adopt import baseline, kinds, query, yaml_file
from plumbline.adopt.baseline import Baseline
from plumbline.adopt.study import Study
from plumbline.ingest.extract import Parameters
from plumbline.kernel.config import section

DATA, MODEL, GATE = Path("data/params.yaml"), Path("model/params.yaml"), Path("model/configs/gate.yaml")

_MOST_SLICES = 30
_TOLERANCE = 0.08  # of the coverage, at least


def set_aside() -> frozenset[str]:
    """Give the columns that a person wants left out when a table is adopted again."""
    return frozenset(yaml_file.read(DATA).get("adopt", {}).get("set_aside", []))


def adopted() -> str:
    """Give the target of the table that was adopted here; empty if none was."""
    return str(yaml_file.read(DATA).get("adopt", {}).get("target", "")) if DATA.exists() else ""


def query_edited(known: Parameters) -> bool:
    """Tell whether a person has changed the query since the table was adopted here."""
    return _named(known.query) != str(yaml_file.read(DATA).get("adopt", {}).get("query_sha256"))


def _named(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def folds() -> int:
    """Give in how many folds the rows for training are parted."""
    return int(yaml_file.read(MODEL)["train"]["folds"])


def extraction() -> Parameters:
    """Give the extraction of the table that was adopted here, as a person may have edited it."""
    return section(Parameters, DATA, "extract")


def write_data(study: Study, asked: Parameters, again: bool, edited: bool) -> None:
    """Write data/params.yaml.

    Args:
        study: The table.
        asked: Its extraction.
        again: It was adopted before: the section `update` is the team's.
        edited: So are the query and what goes with it.
    """

    def change(content: Any) -> None:
        before = content.get("adopt", {}) if edited else {}
        extract = asked.model_dump(mode="json", exclude_defaults=True)
        content["extract"].clear()
        content["extract"].update(extract | {"query": LiteralScalarString(extract["query"])})
        if not edited:
            content["sample"]["parameters"] = asked.parameters | {query.HELD_OUT: ""}
        if not again:
            content.pop("update", None)
            watermark = _watermark(study, asked.split.column if asked.split.by == "time" else None)
            if watermark:
                content["update"] = {"watermark": watermark}
        content["adopt"] = {
            "target": study.target,
            "set_aside": sorted({*study.set_aside, *before.get("set_aside", [])}),
            "query_sha256": before.get("query_sha256") if edited else _named(asked.query),
        }
        content.yaml_set_comment_before_after_key(
            "adopt", before="\nwhat `plumb adopt` leaves out when it is run again, and the query that it wrote"
        )

    _edit(DATA, change)


def write_model(study: Study) -> None:
    """Write model/params.yaml, but for the model's name, which is the house's."""

    def change(content: Any) -> None:
        train = content["train"]
        train["target_scale"] = _scale(study)
        leaf = int(np.clip(len(study.rows) // 100, 5, 20))
        train["estimators"]["hist_gradient_boosting"] |= {
            "max_iter": 300,
            "learning_rate": 0.05,
            "min_samples_leaf": leaf,
        }
        train["spread"]["min_samples_leaf"] = 2 * leaf
        content["evaluate"]["slice_by"] = _slices(study)
        content["bundle"]["golden_rows"] = min(32, len(study.rows) // 10)

    _edit(MODEL, change)


def write_gate(study: Study, reached: Baseline, shared: int) -> None:
    """Write model/configs/gate.yaml: limits from the baseline, and as many shared rows as the table itself repeats."""

    def change(content: Any) -> None:
        content["absolute"] = baseline.limits(reached)
        content["coverage"]["tolerance"] = baseline.tolerance(reached, _TOLERANCE)
        content["champion"]["metric"] = "rmse" if study.asks.task == "regression" else "log_loss"
        content["leakage"]["rows"] = shared

    _edit(GATE, change)


def _edit(path: Path, change: Callable[[Any], None]) -> None:
    content = yaml_file.read(path)
    change(content)
    yaml_file.write(content, path)


def _scale(study: Study) -> str:
    """Learn the logarithm of a positive target with a long tail."""
    if study.asks.task != "regression":
        return "identity"
    values = kinds.numbers(study.rows[study.target], "number")
    return "log" if values.min() > 0 and stats.skew(values) > 1 else "identity"


def _slices(study: Study) -> str:
    """Choose what errors are looked at by: the category with most labels that are few, else what has fewest values."""
    values = {name: study.rows[name].nunique() for name in study.columns}
    few = {
        name: values[name]
        for name, reading in study.columns.items()
        if reading.kind == "category" and values[name] <= _MOST_SLICES
    }
    return max(few, key=lambda name: few[name]) if few else min(values, key=lambda name: values[name])


def _watermark(study: Study, time: str | None) -> str | None:
    dates = [name for name, reading in study.columns.items() if reading.kind == "date"]
    if time is not None:
        return time if time in dates else None
    return dates[0] if dates else None
