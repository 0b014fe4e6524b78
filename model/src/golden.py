"""The golden rows: those whose answers a service repeats before it is ready."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from plumbline.bundle import SCHEMA_VERSION
from plumbline.bundle.files import Golden
from plumbline.kernel import moments
from plumbline.kernel.contract import Contract


def choose(
    frame: pd.DataFrame, answers: NDArray[np.float64], rules: Contract, count: int, relative: float, absolute: float
) -> Golden:
    """Choose rows that spread over the range of the answers.

    Args:
        frame: Rows as `plumbline.kernel.table.read_tsv` reads them.
        answers: The training pipeline's own, shape (rows, numbers of all outputs).
        rules: The contract of the rows.
        count: How many rows are chosen, of as many as there are.
        relative: By how much an answer may differ, relative to its size.
        absolute: By how much it may differ however small it is.
    """
    # Classes one after the other, each from unsure to sure.
    keys = (answers[:, 0],) if rules.task == "regression" else (answers.max(axis=1), answers.argmax(axis=1))
    order = np.lexsort(keys)
    chosen = order[np.linspace(0, len(order) - 1, min(count, len(order))).astype(int)]
    rows = [_row(frame.iloc[i], rules) for i in chosen]
    return Golden(SCHEMA_VERSION, relative, rows, [_answer(answers[i].tolist(), rules) for i in chosen], absolute)


def _answer(values: list[float], rules: Contract) -> dict[str, float | list[float]]:
    if rules.task == "regression":
        return dict(zip(rules.outputs, values, strict=True))
    return {rules.outputs[0]: values}


def _row(values: "pd.Series[Any]", rules: Contract) -> dict[str, Any]:
    """Give a row as a request has it."""
    row: dict[str, Any] = {}
    for name, column in rules.columns.items():
        value = values[name]
        if column.type == "category":
            row[name] = value or None
        elif np.isnan(value):
            row[name] = None
        elif column.type in moments.PATTERNS:
            row[name] = moments.text(value, column.type)
        else:
            row[name] = {"integer": int, "boolean": bool}.get(column.type, float)(value)
    return row
