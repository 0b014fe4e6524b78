"""Which rows are the standard evaluation set: by a hash of the row's identifier or group, or by time."""

import hashlib
from typing import Any, Literal, Self

import pandas as pd
from pydantic import model_validator

from plumbline.kernel.config import Strict
from plumbline.kernel.errors import PlumblineError

_ADVICE = {
    "identifier": "take more rows, or another `evaluation_percent` or `salt`",
    "group": "choose a column with more values, or another `evaluation_percent` or `salt`",
    "time": "choose another column or `since`",
}


class Split(Strict):
    """What decides; nothing else does, so that rows that come later never move one that is there.

    Attributes:
        by: `identifier` chooses rows; `group` chooses all rows of a value of `column`, such as a customer's, together;
            `time` chooses the rows from `since` on.
        column: A column of the contract, for all but `identifier`.
        since: For `time`, the first value of `column` that is for evaluation: a number, a date or a timestamp.
    """

    by: Literal["identifier", "group", "time"] = "identifier"
    column: str | None = None
    since: str | int | float | None = None

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if (self.by != "identifier") != (self.column is not None):
            raise ValueError("a split by `group` or `time` names its `column`, one by `identifier` does not")
        if (self.by == "time") != (self.since is not None):
            raise ValueError("a split by `time`, and no other, says `since` when rows are for evaluation")
        return self


def is_evaluation(value: object, salt: str, percent: int) -> bool:
    """Tell whether an identifier or a group belongs to the standard evaluation set; it depends on this value alone."""
    digest = hashlib.sha256(f"{salt}:{value}".encode()).digest()
    return int.from_bytes(digest[:8]) % 100 < percent


def split(
    frame: pd.DataFrame, identifier: str, salt: str, percent: int, rule: Split | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Split into training and evaluation rows, each in the order of `frame`.

    Raises:
        PlumblineError: The column that decides is not there, or is missing in a row, or either part has no row.
    """
    rule = rule or Split()
    column = rule.column or identifier
    if column not in frame:
        raise PlumblineError(f"extract.split of data/params.yaml is by {column!r}, which the query does not select")
    if frame[column].isna().any():
        raise PlumblineError(
            f"extract.split is by {column!r}, which is missing in {frame[column].isna().sum()} rows:"
            " let the query leave them out"
        )
    if rule.by == "time":
        chosen = _since(frame[column], rule.since)
    else:
        chosen = pd.Series([is_evaluation(value, salt, percent) for value in frame[column]], dtype=bool)
    parts = frame[~chosen.to_numpy()], frame[chosen.to_numpy()]
    if min(map(len, parts)) == 0:
        raise PlumblineError(
            f"extract.split by {rule.by} leaves {len(parts[0])} rows for training and {len(parts[1])} for evaluation:"
            f" {_ADVICE[rule.by]} in data/params.yaml"
        )
    return parts


def _since(cells: "pd.Series[Any]", first: str | float | None) -> "pd.Series[bool]":
    if isinstance(first, str):  # dates and timestamps have one spelling, whose order is that of time
        return cells.astype(str) >= first
    return pd.to_numeric(cells) >= first
