"""A column of the contract from the cells of a table: its range with a margin, its labels in order, an example."""

import re
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from plumbline.adopt import kinds, labels
from plumbline.adopt.kinds import Reading
from plumbline.kernel import moments
from plumbline.kernel.column import Kind

TODO = "TODO"
_UNIT = re.compile(r"\s*[(\[]([^)\]]+)[)\]]\s*$")  # at the end of a name, in brackets
_MARGIN = 0.25  # of the range that was seen, on either side
_LATER_YEARS = 5  # in which dates may come


def entry(own: str, name: str, cells: "pd.Series[str]", reading: Reading) -> dict[str, Any]:
    """Give a column's entry in data/contract.yaml.

    Args:
        own: The column's name in its table.
        name: Its name in the contract.
        cells: Shape (rows,), "" for missing.
        reading: What `kinds.read` says of them.
    """
    assert reading.kind is not None  # what is set aside has no entry
    present = cells[cells != ""]
    found: dict[str, Any] = {"type": reading.kind}
    if reading.kind in ("integer", "number"):
        found["unit"] = _unit(own)
    found["description"] = TODO
    found |= label(own, name)
    if reading.kind == "category":
        found["categories"] = list(labels.ordered(reading.labels))
        if reading.open:
            found["open"] = True
        found["example"] = str(present.value_counts().index[0])
    elif reading.kind == "boolean":
        found["example"] = bool(present.mode()[0].lower() == "true")
    else:
        found |= _range(kinds.numbers(present, reading.kind), reading.kind)
    if len(present) < len(cells):
        found["optional"] = True
    return found


def label(own: str, name: str) -> dict[str, str]:
    """Give the entry `label`: the own name without its unit, if that says more to people than the contract's name."""
    shown = _UNIT.sub("", own).replace("_", " ").strip()
    shown = shown[:1].upper() + shown[1:]
    return {} if shown.lower() == name.replace("_", " ").strip() else {"label": shown}


def of_numbers(own: str, cells: "pd.Series[str]") -> dict[str, Any]:
    """Give the entry of a target that is a number, no cell of which is missing."""
    kind: Kind = "integer" if kinds.is_integer(cells) else "number"
    return {"type": kind, "unit": _unit(own), "description": TODO, **_range(kinds.numbers(cells, kind), kind)}


def _range(values: NDArray[np.float64], kind: Kind) -> dict[str, Any]:
    low, high = float(values.min()), float(values.max())
    median = float(np.sort(values)[len(values) // 2])
    if kind in ("date", "timestamp"):
        first, last = moments.text(low, kind)[:4], int(moments.text(high, kind)[:4]) + _LATER_YEARS
        end = "" if kind == "date" else "T00:00:00Z"
        return {
            "minimum": f"{first}-01-01{end}",
            "maximum": f"{last}-12-31{end}",
            "example": moments.text(median, kind),
        }
    margin = (high - low) * _MARGIN or abs(high) * _MARGIN or 1.0
    least = 0.0 if low >= 0 and low - margin < 0 else _outward(low - margin, margin, np.floor)
    most = 1.0 if low >= 0 and high <= 1 and kind == "number" else _outward(high + margin, margin, np.ceil)
    if kind == "integer":
        return {"minimum": int(np.floor(least)), "maximum": int(np.ceil(most)), "example": int(median)}
    return {"minimum": least, "maximum": most, "example": median}


def _outward(value: float, margin: float, towards: Any) -> float:
    """Round a bound outward to a digit that the margin has."""
    step = 10.0 ** np.floor(np.log10(margin))
    return float(f"{towards(value / step) * step:.12g}")


def _unit(own: str) -> str:
    """Give the unit that a name ends with, in brackets."""
    match = _UNIT.search(own)
    return match[1].strip() if match else TODO
