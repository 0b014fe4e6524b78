"""Tables as tab-separated files, in one spelling: UTF-8, line feeds, no quoting, an empty cell for a missing value."""

from collections.abc import Iterator
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
    _refuse_breaks(frame)
    with whole(path) as partial:
        frame.to_csv(partial, sep="\t", index=False, lineterminator="\n", quoting=3)


def lines(frame: pd.DataFrame) -> list[str]:
    """Give the rows as `write_tsv` writes them, a line each, without the line feed.

    Raises:
        PlumblineError: As `write_tsv`.
    """
    _refuse_breaks(frame)
    text: str = frame.to_csv(sep="\t", index=False, header=False, lineterminator="\n", quoting=3)
    return text.split("\n")[:-1]


def _refuse_breaks(frame: pd.DataFrame) -> None:
    for name in frame.select_dtypes(include=["object", "str"]):
        bad = frame[name].astype("string").str.contains(r"[\t\r\n]", na=False)
        if bad.any():
            row = int(bad.to_numpy().argmax())
            raise PlumblineError(
                f"column {name!r}, row {row}: a cell of a .tsv file can hold neither tab nor line break: replace them"
                f" where the data comes from; the cell is {frame[name].iloc[row]!r}"
            )


def parts(path: Path, size: int | None, columns: list[str] | None = None) -> Iterator[pd.DataFrame]:
    """Read a table with every cell as text, `size` rows at a time: nothing is guessed, and labels such as `None` stay.

    Args:
        path: The file.
        size: How many rows, the last part having what remains; None for all at once.
        columns: Which of them, if they are there; all by default.

    Yields:
        The rows, numbered from 0 through all parts; one part without a row if the table has none.

    Raises:
        PlumblineError: The file is absent or is no table.
    """
    form: dict[str, Any] = {"sep": "\t", "dtype": str, "keep_default_na": False, "quoting": 3, "encoding": "utf-8"}
    chosen = columns.__contains__ if columns else None
    try:
        with pd.read_csv(path, usecols=chosen, chunksize=size, iterator=True, **form) as reader:
            yield from reader
    except FileNotFoundError:
        raise PlumblineError(f"{path} does not exist: run `make data`, or `dvc pull {path}`") from None
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise PlumblineError(f"{path} is not a table: {error}") from None


def read_text(path: Path) -> pd.DataFrame:
    """Read a table likewise, as a whole.

    Raises:
        PlumblineError: As `parts`.
    """
    return next(parts(path, None))


def read_tsv(path: Path, contract: Contract) -> pd.DataFrame:
    """Read a validated table.

    Returns:
        The identifier (int64 or text), the columns and the target: numbers as float64 with NaN for missing, booleans as
        1 and 0, dates as days and timestamps as seconds since 1970; categories as text with "" for missing.

    Raises:
        PlumblineError: As `parts`, or the table is not as the contract says.
    """
    return _of_contract(read_text(path), path, contract)


def typed_parts(path: Path, contract: Contract, size: int) -> Iterator[pd.DataFrame]:
    """Read a validated table likewise, `size` rows at a time.

    Raises:
        PlumblineError: As `read_tsv`.
    """
    return (_of_contract(part, path, contract) for part in parts(path, size))


def sorted_parts(path: Path, contract: Contract, size: int) -> Iterator[pd.DataFrame]:
    """Read a validated table likewise, by its identifier; one that is not sorted, as no extraction leaves it, at once.

    Raises:
        PlumblineError: As `read_tsv`.
    """
    if _is_sorted(path, contract, size):
        return typed_parts(path, contract, size)
    return iter([read_tsv(path, contract).sort_values(contract.identifier, ignore_index=True)])


def _is_sorted(path: Path, contract: Contract, size: int) -> bool:
    last = pd.Series([], dtype=object)
    for part in parts(path, size, [contract.identifier]):
        if contract.identifier not in part:
            return True  # who reads the rows says so
        cells = part[contract.identifier]
        keys = pd.to_numeric(cells) if contract.identifier_type == "integer" else cells.astype(object)
        if not pd.concat([last, keys]).is_monotonic_increasing:
            return False
        last = keys.tail(1)
    return True


def _of_contract(frame: pd.DataFrame, path: Path, contract: Contract) -> pd.DataFrame:
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
