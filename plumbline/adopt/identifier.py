"""What tells rows apart: a column that a person names or that looks like it, or one that is made of each row."""

import re

import pandas as pd

from plumbline.adopt import kinds
from plumbline.kernel.errors import PlumblineError

MADE = "row_id"
_NAMES = re.compile(r"(^|_)(id|key|uuid|guid|index|rownames?|number|no|nr)$")


def find(frame: pd.DataFrame, target: str, wanted: str | None) -> str | None:
    """Give the column that tells rows apart; None if there is none.

    Raises:
        PlumblineError: The column that a person names does not.
    """
    if wanted is not None:
        _refuse_repeats(frame[wanted], wanted)
        return wanted
    for position, name in enumerate(frame.columns):
        if name == target or not frame[name].is_unique or (frame[name] == "").any():
            continue
        if _NAMES.search(name) or (position == 0 and _counts(frame[name])):
            return str(name)
    return None


def _counts(cells: "pd.Series[str]") -> bool:
    if not kinds.is_integer(cells):
        return False
    values = cells.astype("int64")
    return bool(values.max() - values.min() == len(values) - 1)


def _refuse_repeats(cells: "pd.Series[str]", name: str) -> None:
    if (cells == "").any():
        raise PlumblineError(f"the identifier {name} is missing in {(cells == '').sum()} rows: leave --id out")
    repeated = cells[cells.duplicated()]
    if len(repeated):
        raise PlumblineError(
            f"the identifier {name} is not unique: {repeated.iloc[0]!r} stands in {(cells == repeated.iloc[0]).sum()}"
            " rows; leave --id out, and one is made of each row's content"
        )
