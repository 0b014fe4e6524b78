"""What the cells of a column are, told from their spelling."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from plumbline.bundle import spelling
from plumbline.ingest.files import INTEGER
from plumbline.kernel import moments
from plumbline.kernel.column import LONGEST_LABEL, Kind

MOST_LABELS = 50  # that a column may have and be listed whole
_CLOSED = 20  # labels up to which all of them are taken to be known
_OPEN_ROWS = 10  # that a label of a column with more of them must have to be listed
_MOST_LISTED = 200
DECIMAL_COMMA = "its numbers have a decimal comma: write a point in its place"
_WORDS = 4.0  # from this mean on, text is prose

_NUMBER = r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?"
_COMMA = r"-?\d+(,\d+)?"
_TIMESTAMP = r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?"

Fits = Callable[["pd.Series[str]"], bool]


@dataclass(frozen=True)
class Reading:
    """What a column is.

    Attributes:
        kind: Of the contract's types; None if no model can take it as it is.
        labels: Those that a category lists.
        open: Whether it takes others, too.
        reason: Why it is set aside, where `kind` is None.
    """

    kind: Kind | None
    labels: tuple[str, ...] = ()
    open: bool = False
    reason: str = ""


def read(cells: "pd.Series[str]") -> Reading:
    """Tell what a column is.

    Args:
        cells: Shape (rows,), "" for missing.
    """
    present = cells[cells != ""]
    if present.empty:
        return Reading(None, reason="every cell is missing")
    counts = present.value_counts()
    if len(counts) == 1 and len(present) == len(cells):
        return Reading(None, reason=f"every row says {counts.index[0]!r}")
    for kind, fits in _FITS.items():
        if fits(pd.Series(counts.index, dtype=str)):
            return Reading(kind)
    return _text(present, counts)


def is_integer(cells: "pd.Series[str]") -> bool:
    """Whether every cell is a whole number."""
    return bool(cells.str.fullmatch(INTEGER).all())


def numbers(cells: "pd.Series[str]", kind: Kind) -> NDArray[np.float64]:
    """Give the numbers of a column that is no category, shape (rows,): NaN for missing, dates in days."""
    if kind == "boolean":
        return np.asarray(cells.str.lower().map(spelling.BOOLEANS), dtype=np.float64)
    if kind == "date":
        return moments.numbers(cells, kind)
    if kind == "timestamp":
        return moments.numbers(cells.map(spelling.timestamp), kind)
    values: NDArray[np.float64] = pd.to_numeric(cells.where(cells != "")).to_numpy(dtype=np.float64)
    return values


def _text(present: "pd.Series[str]", counts: "pd.Series[int]") -> Reading:
    written = pd.Series(counts.index, dtype=str)
    if written.str.contains(",").any() and written.str.fullmatch(_COMMA).all():
        return Reading(None, reason=DECIMAL_COMMA)
    words = float(np.mean([len(cell.split()) for cell in present]))
    labels = [str(label) for label in counts.index]
    if len(labels) <= MOST_LABELS and max(map(len, labels)) <= LONGEST_LABEL:
        more = len(labels) > _CLOSED and int(counts.min()) == 1  # where some came once, others will come
        return Reading("category", tuple(sorted(labels)), open=more)
    if words >= _WORDS or max(map(len, labels)) > LONGEST_LABEL:
        return Reading(None, reason="free text: make columns of what matters in it, such as whether a word occurs")
    often = [str(label) for label, rows in counts.items() if rows >= _OPEN_ROWS][:_MOST_LISTED]
    if not often:
        return Reading(None, reason=f"{len(labels):,} labels, none of them in {_OPEN_ROWS} rows: it names rows")
    return Reading("category", tuple(sorted(often)), open=True)


def _match(pattern: str) -> Fits:
    return lambda labels: bool(labels.str.fullmatch(pattern).all())


def _is(kind: Literal["date", "timestamp"], pattern: str) -> Fits:
    return lambda labels: bool(labels.str.fullmatch(pattern).all()) and not np.isnan(numbers(labels, kind)).any()


_FITS: dict[Kind, Fits] = {
    "boolean": _match("(?i)true|false"),
    "integer": is_integer,
    "number": _match(_NUMBER),
    "date": _is("date", moments.PATTERNS["date"]),
    "timestamp": _is("timestamp", _TIMESTAMP),
}
