"""Tables as tab-separated files, in one spelling: UTF-8, line feeds, no quoting, an empty cell for a missing value."""

from pathlib import Path

import pandas as pd

from plumbline.kernel.contract import Contract
from plumbline.kernel.errors import PlumblineError


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
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.to_csv(path, sep="\t", index=False, lineterminator="\n", quoting=3)


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
    """Read a validated table: numbers as float64 with NaN for missing, categories as text with "" for missing."""
    frame = read_text(path)
    numbers = [*contract.numbers, contract.target.name]
    missing = [name for name in [contract.identifier, *contract.columns] if name not in frame]
    if missing:
        raise PlumblineError(f"{path} lacks the columns {', '.join(missing)}: run `dvc repro validate`")
    try:
        typed = {name: pd.to_numeric(frame[name]).astype("float64") for name in numbers}
        identifier = pd.to_numeric(frame[contract.identifier]).astype("int64")
    except ValueError as error:
        raise PlumblineError(f"{path}: {error}: run `dvc repro validate` for the whole list") from None
    text = {name: frame[name].astype(object) for name in contract.categories}
    return pd.DataFrame({contract.identifier: identifier, **text, **typed})
