"""Which rows are the standard evaluation set: by a hash of the row's identifier or group, or by time."""

import hashlib
from typing import Any, Literal, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
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


class Splitter:
    """Chooses the rows for evaluation, some rows of a table at a time.

    Attributes:
        training: How many rows were left for training so far.
        evaluation: How many were chosen.
    """

    def __init__(self, identifier: str, salt: str, percent: int, rule: Split | None = None) -> None:
        self._rule = rule or Split()
        self._column = self._rule.column or identifier
        self._salt, self._percent = salt, percent
        self._absent, self._missing = False, 0
        self.training = self.evaluation = 0

    def chosen(self, part: pd.DataFrame) -> NDArray[np.bool_]:
        """Tell which rows are for evaluation, shape (rows,); `check` says what is wrong with them."""
        found = np.zeros(len(part), dtype=bool)
        if self._column not in part:
            self._absent = True
        elif self._rule.by == "time":
            found = _since(part[self._column], self._rule.since).fillna(False).to_numpy(dtype=bool)
        else:
            cells = part[self._column]
            found = np.array([is_evaluation(value, self._salt, self._percent) for value in cells], dtype=bool)
        self._missing += 0 if self._absent else int(part[self._column].isna().sum())
        self.evaluation += int(found.sum())
        self.training += len(part) - int(found.sum())
        return found

    def check(self) -> None:
        """Check the split of all rows together.

        Raises:
            PlumblineError: The column that decides is not there, or is missing in a row, or either part has no row.
        """
        if self._absent:
            raise PlumblineError(
                f"extract.split of data/params.yaml is by {self._column!r}, which the query does not select"
            )
        if self._missing:
            raise PlumblineError(
                f"extract.split is by {self._column!r}, which is missing in {self._missing} rows:"
                " let the query leave them out"
            )
        if min(self.training, self.evaluation) == 0:
            raise PlumblineError(
                f"extract.split by {self._rule.by} leaves {self.training} rows for training and {self.evaluation} for"
                f" evaluation: {_ADVICE[self._rule.by]} in data/params.yaml"
            )


def split(
    frame: pd.DataFrame, identifier: str, salt: str, percent: int, rule: Split | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Split into training and evaluation rows, each in the order of `frame`.

    Raises:
        PlumblineError: As `Splitter.check`.
    """
    splitter = Splitter(identifier, salt, percent, rule)
    chosen = splitter.chosen(frame)
    splitter.check()
    return frame[~chosen], frame[chosen]


def _since(cells: "pd.Series[Any]", first: str | float | None) -> "pd.Series[bool]":
    if isinstance(first, str):  # dates and timestamps have one spelling, whose order is that of time
        return cells.astype(str) >= first
    return pd.to_numeric(cells) >= first
