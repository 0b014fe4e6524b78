"""What the target asks for: a number, one of two classes, or one of several."""

from dataclasses import dataclass

import pandas as pd

from plumbline.adopt import kinds, labels
from plumbline.kernel.contract import Task
from plumbline.kernel.errors import PlumblineError

MOST_CLASSES = 100
_FEW_VALUES = 10  # whole numbers of a target that may be classes
_FEW_ROWS = 20  # of a class, which make its figures noise


@dataclass(frozen=True)
class Target:
    """The task, its classes in order, and what to look at."""

    task: Task
    classes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def read(name: str, cells: "pd.Series[str]", wanted: Task | None) -> Target:
    """Tell the task from the target's cells, none of which is missing.

    Args:
        name: The target's column.
        cells: Shape (rows,).
        wanted: The task that a person asks for.

    Raises:
        PlumblineError: No model can learn it, or not as the task that is wanted.
    """
    counts = cells.value_counts()
    if len(counts) == 1:
        raise PlumblineError(f"the target {name} is {counts.index[0]!r} in every row: there is nothing to learn")
    reading = kinds.read(cells)
    if reading.reason == kinds.DECIMAL_COMMA:
        raise PlumblineError(f"the target {name}: {reading.reason}")
    kind = reading.kind
    of_numbers = kind in ("integer", "number")
    if kind in ("date", "timestamp"):
        raise PlumblineError(f"the target {name} is a {kind}: make a column of the days until then and predict that")
    if wanted == "regression" and not of_numbers:
        raise PlumblineError(f"the target {name} holds {counts.index[0]!r}, which is no number: leave --task out")
    task: Task = wanted or ("regression" if of_numbers and len(counts) > 2 else _of_classes(len(counts)))
    if task == "regression":
        few = kind == "integer" and len(counts) <= _FEW_VALUES
        note = f"{name} has only {len(counts)} values: if they are classes, say --task {_of_classes(len(counts))}"
        return Target(task, notes=(note,) if few else ())
    return _classes(name, counts, task)


def _classes(name: str, counts: "pd.Series[int]", task: Task) -> Target:
    found = tuple(str(label) for label in counts.index)
    if len(found) > MOST_CLASSES:
        raise PlumblineError(
            f"the target {name} has {len(found):,} classes, and at most {MOST_CLASSES} can be learned:"
            " predict a coarser one, or a number"
        )
    if task == "binary" and len(found) != 2:
        raise PlumblineError(f"the target {name} has {len(found)} classes, not two: say --task multiclass")
    if task == "multiclass" and len(found) == 2:
        raise PlumblineError(f"the target {name} has two classes: say --task binary")
    single = sorted(str(label) for label, rows in counts.items() if rows == 1)
    if single:
        raise PlumblineError(
            f"the class {single[0]!r} of {name} has one row, which cannot be learned and judged at once: give it more"
            " rows, or leave it out of the table"
        )
    rare = [f"{label!r} ({rows} rows)" for label, rows in counts.items() if rows < _FEW_ROWS]
    notes = (f"classes of {name} with few rows, whose figures are noise: {', '.join(rare)}",) if rare else ()
    return Target(task, labels.ordered(found), notes)


def _of_classes(count: int) -> Task:
    return "binary" if count == 2 else "multiclass"
