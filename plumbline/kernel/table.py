"""Tables as tab-separated files, in one spelling: UTF-8, line feeds, no quoting, an empty cell for a missing value."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from plumbline.kernel import moments
from plumbline.kernel.column import Kind
from plumbline.kernel.contract import Contract
from plumbline.kernel.errors import PlumblineError
from plumbline.kernel.files import whole

_BOOLEANS = {"true": 1.0, "false": 0.0, "": np.nan}


def write_tsv(frame: pd.DataFrame, path: Path) -> None:
    """Write `frame` without its index.

    Raises:
        PlumblineError: A text cell holds a tab or a line break.
    """
    for name in frame.select_dtypes(include=["object", "str"]):
        bad = frame[name].astype("string").str.contains(r"[\t\r\n]", na=False)
        if bad.any():
            row = int(bad.to_numpy().argmax())
            raise PlumblineError(f"column {name!r}, row {row}: a tab or line break cannot be written to {path}")
    with whole(path) as partial:
        frame.to_csv(partial, sep="\t", index=False, lineterminator="\n", quoting=3)


def read_text(path: Path) -> pd.DataFrame:
    """Read a table with every cell as text: nothing is guessed, and labels such as `None` stay labels.

    Raises:
        PlumblineError: The file is absent or is no table.
    """
    try:
        return pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False, quoting=3, encoding="utf-8")
    except FileNotFoundError:
        raise PlumblineError(f"{path} does not exist: run `make data`, or `dvc pull {path}`") from None
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise PlumblineError(f"{path} is not a table: {error}") from None


def read_tsv(path: Path, contract: Contract) -> pd.DataFrame:
    """Read a validated table.

    Returns:
        The identifier (int64 or text), the columns and the target: numbers as float64 with NaN for missing, booleans as
        1 and 0, dates as days and timestamps as seconds since 1970; categories as text with "" for missing.
    """
    frame = read_text(path)
    wanted = {**contract.columns, contract.target.name: contract.target}
    missing = [name for name in [contract.identifier, *wanted] if name not in frame]
    if missing:
        raise PlumblineError(f"{path} lacks the columns {', '.join(missing)}: run `dvc repro validate`")
    try:
        typed = {name: _typed(frame[name], column.type) for name, column in wanted.items()}
        identifier = frame[contract.identifier]
        if contract.identifier_type == "integer":
            identifier = pd.to_numeric(identifier).astype("int64")
    except ValueError as error:
        raise PlumblineError(f"{path}: {error}: run `dvc repro validate` for the whole list") from None
    order = [*contract.categories, *contract.numbers, contract.target.name]
    return pd.DataFrame({contract.identifier: identifier, **{name: typed[name] for name in order}})


def _typed(cells: "pd.Series[str]", kind: Kind) -> "pd.Series[Any]":
    if kind == "category":
        return cells.astype(object)
    if kind == "boolean":
        return cells.map(_BOOLEANS).astype("float64")
    if kind in ("date", "timestamp"):
        return pd.Series(moments.numbers(cells, kind), index=cells.index)
    return pd.to_numeric(cells).astype("float64")
