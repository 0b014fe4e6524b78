"""Dates and timestamps as the numbers that a model takes: days and seconds since 1970-01-01, UTC.

The bundle's package has the same for the services, which carry nothing of this one; a test holds both together.
"""

import datetime

import numpy as np
import pandas as pd
from numpy.typing import NDArray

_EPOCH = datetime.date(1970, 1, 1).toordinal()
PATTERNS = {"date": r"\d{4}-\d\d-\d\d", "timestamp": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z"}


def days(text: str) -> float:
    """Give a date of the form 2026-01-31 in days.

    Raises:
        ValueError: It is none.
    """
    return float(datetime.date.fromisoformat(text).toordinal() - _EPOCH)


def seconds(text: str) -> float:
    """Give a timestamp of the form 2026-01-31T12:00:00Z in seconds; one that names no offset is meant as UTC.

    Raises:
        ValueError: It is none.
    """
    moment = datetime.datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)).timestamp()


def number(text: str, kind: str) -> float:
    """Give the number of a `date` or a `timestamp`.

    Raises:
        ValueError: It is none.
    """
    return days(text) if kind == "date" else seconds(text)


def text(value: float, kind: str) -> str:
    """Give the text of a number of days or of seconds, the latter to the microsecond."""
    if kind == "date":
        return datetime.date.fromordinal(int(value) + _EPOCH).isoformat()
    moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=value)
    return moment.isoformat() + "Z"


def numbers(cells: "pd.Series[str]", kind: str) -> NDArray[np.float64]:
    """Give the numbers of a column of text; NaN where a cell is empty or not of the kind's form.

    Returns:
        Shape (rows,).
    """
    matched = cells.where(cells.str.fullmatch(PATTERNS[kind]).fillna(False).astype(bool))
    labels, codes = np.unique(matched.fillna("").to_numpy(dtype=str), return_inverse=True)
    return np.array([_or_nan(label, kind) for label in labels])[codes]


def _or_nan(label: str, kind: str) -> float:
    try:
        return number(label, kind) if label else np.nan
    except ValueError:
        return np.nan
