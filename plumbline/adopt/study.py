"""What a table is: its identifier, target, columns, and what is set aside and why."""

import difflib
from dataclasses import dataclass, field

import pandas as pd

from plumbline.adopt import identifier, kinds, leaks
from plumbline.adopt import target as targets
from plumbline.adopt.kinds import Reading
from plumbline.adopt.source import Source, slug
from plumbline.adopt.target import Target
from plumbline.kernel.contract import Task
from plumbline.kernel.errors import PlumblineError

_FEWEST_ROWS = 50


@dataclass(frozen=True)
class Study:
    """What was found.

    Attributes:
        source: The table.
        rows: Its rows whose target is there.
        identifier: The column that tells rows apart; None if one has to be made.
        target: The column to predict.
        asks: What it asks for.
        columns: What each column of the contract is, in the table's order.
        set_aside: Why every other column is none of the contract's.
        notes: What a person should look at.
    """

    source: Source
    rows: pd.DataFrame
    identifier: str | None
    target: str
    asks: Target
    columns: dict[str, Reading]
    set_aside: dict[str, str]
    notes: list[str] = field(default_factory=list)


def study(
    source: Source, target: str, *, task: Task | None, key: str | None, set_aside: frozenset[str] = frozenset()
) -> Study:
    """Find out what a table is.

    Args:
        source: The table.
        target: The column to predict, by its own name or the contract's.
        task: The task, if a person says it.
        key: The identifier, likewise.
        set_aside: Columns that a person wants left out.

    Raises:
        PlumblineError: Nothing can be learned from it; the message says why and what to do.
    """
    name = _column(source, target)
    wanted = None if key is None else _column(source, key)
    rows = source.frame[source.frame[name] != ""].reset_index(drop=True)
    missing = len(source.frame) - len(rows)
    if len(rows) < _FEWEST_ROWS:
        raise PlumblineError(
            f"the table {source.name} has {len(rows)} rows with a {name}: at least {_FEWEST_ROWS} are needed to learn"
            " and to judge"
        )
    asks = targets.read(name, rows[name], task)
    found = identifier.find(rows, name, wanted)
    notes = list(asks.notes)
    if missing:
        notes.append(f"{missing:,} rows without a {name} are left out by the query")
    columns: dict[str, Reading] = {}
    reasons = {slug(own): reason for own, reason in source.unread.items()}
    for column in rows.columns:
        if column in (name, found):
            continue
        reading = kinds.read(rows[column])
        reason = reading.reason or _reason(rows, column, reading, name, asks, column in set_aside, notes)
        if reason or reading.kind is None:
            reasons[column] = reason
        else:
            columns[column] = reading
    if not columns:
        said = "; ".join(f"{column}: {reason}" for column, reason in reasons.items())
        raise PlumblineError(f"no column of {source.name} is left to predict {name} from: {said or 'there is none'}")
    repeated = int(rows[[*columns, name]].duplicated().sum())
    if repeated:
        notes.append(f"{repeated:,} rows repeat another one in all columns of the contract")
    return Study(source, rows, found, name, asks, columns, reasons, notes)


def _reason(
    rows: pd.DataFrame, column: str, reading: Reading, target: str, asks: Target, unwanted: bool, notes: list[str]
) -> str:
    if unwanted:
        return "left out on purpose (adopt.set_aside of data/params.yaml)"
    assert reading.kind is not None  # it has a reason of its own otherwise
    if reading.kind == "integer" and rows[column].is_unique and column.endswith(("_id", "_key", "_no", "_nr")):
        return "it names rows"
    related = leaks.relation(rows[column], reading.kind, rows[target], asks.task != "regression")
    if leaks.is_target(related):
        return f"it is the target {target} under another name"
    if leaks.is_suspicious(related):
        notes.append(f"{column} nearly gives {target} away ({related:.3f}): is it known before the prediction?")
    return ""


def _column(source: Source, given: str) -> str:
    for name, own in source.columns.items():
        if given in (own, name):
            return name
    for own, reason in source.unread.items():
        if given in (own, slug(own)):
            raise PlumblineError(reason)
    near = difflib.get_close_matches(slug(given), list(source.columns), 3, 0.5)
    hint = f"did you mean {' or '.join(source.columns[name] for name in near)}?" if near else (
        f"its columns are {', '.join(source.columns.values())}"
    )  # fmt: skip
    raise PlumblineError(f"the table {source.name} has no column {given!r}: {hint}")
