"""Tables of any size that look like the house's own: for trials of what is larger than any data that is there."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import csv

from plumbline.ingest import files
from plumbline.ingest.draws import Draws, Whole
from plumbline.ingest.extract import Parameters
from plumbline.kernel import contract, log, table
from plumbline.kernel.column import Column
from plumbline.kernel.config import section
from plumbline.kernel.contract import Contract
from plumbline.kernel.errors import PlumblineError
from plumbline.kernel.files import whole

GROUP = 65_536  # rows that are in memory at once, and in a row group of a .parquet file
_SPREAD = 50  # a number moves by up to this part of the range that its column has in the house's table
_DIGITS = 15  # that a double holds of a decimal number


def generate(output: Path, rows: int, seed: int, own: pd.DataFrame, rules: Contract) -> None:
    """Write a table that obeys the contract, a group of rows at a time; the same bytes for the same seed everywhere.

    Each row is one of the house's own, drawn at random, with its target, its labels and what it lacks as they are; its
    numbers are moved by a whole number of their last decimal place, and stay within the contract's range. What belongs
    together so stays together, but nothing is there to be learned that the house's own rows do not tell, and the target
    knows nothing of the moves: the table is for measuring time and memory, not models. Only whole numbers are computed
    with. Method: the smoothed bootstrap (Silverman, Density Estimation, 1986, section 6.4), with a uniform kernel.

    Args:
        output: A .csv, .tsv or .parquet file.
        rows: How many.
        seed: Another seed is another table.
        own: The house's rows, every cell as text, "" for a missing one.
        rules: The contract.

    Raises:
        PlumblineError: The file's name ends otherwise, it cannot be written, or no row is wanted or none is there.
    """
    suffix = output.suffix.lower()
    if suffix not in files.SUFFIXES:
        raise PlumblineError(f"{output} ends in none of {', '.join(files.SUFFIXES)}")
    if rows < 1 or seed < 0 or own.empty:
        raise PlumblineError("a table is made of at least one row of the house's own, by a seed that is not negative")
    groups = _groups(rows, seed, own, rules)
    first = next(groups)
    try:
        with whole(output) as partial:
            if suffix == ".parquet":
                writer: pq.ParquetWriter | csv.CSVWriter = pq.ParquetWriter(partial, first.schema)
            else:
                written = csv.WriteOptions(delimiter="\t" if suffix == ".tsv" else ",", quoting_style="needed")
                writer = csv.CSVWriter(partial, first.schema, write_options=written)
            with writer:
                writer.write_table(first)
                for group in groups:
                    writer.write_table(group)
    except OSError as error:
        raise PlumblineError(f"{output} cannot be written: {error.strerror or error}") from None


def _groups(rows: int, seed: int, own: pd.DataFrame, rules: Contract) -> Iterator[pa.Table]:
    described = {**rules.columns, rules.target.name: rules.target}
    columns = {name: _Numbers(own[name], about) for name, about in described.items() if _moves(about)}
    labels = {name: _labels(own[name], about) for name, about in described.items() if not _moves(about)}
    for first in range(0, rows, GROUP):
        draws = Draws(seed, min(GROUP, rows - first), first)
        chosen = draws.whole("", 0, len(own) - 1)
        numbers = pa.array(np.arange(first + 1, first + draws.rows + 1))
        names = {rules.identifier: numbers if rules.identifier_type == "integer" else numbers.cast(pa.string())}
        cells = {
            name: columns[name].moved(name, chosen, draws, still=name == rules.target.name)
            if name in columns
            else labels[name].take(pa.array(chosen))
            for name in described
        }
        yield pa.table(names | cells)


def _moves(about: Column) -> bool:
    return about.type in {"integer", "number"}


def _labels(cells: "pd.Series[str]", about: Column) -> pa.Array:
    given: list[object] = [cell or None for cell in cells]
    if about.type == "boolean":
        return pa.array([None if cell is None else cell == "true" for cell in given], pa.bool_())
    return pa.array(given, pa.string())


class _Numbers:
    """A column of numbers, as whole numbers of its last decimal place."""

    def __init__(self, cells: "pd.Series[str]", about: Column) -> None:
        given = [Decimal(cell) if cell else None for cell in cells]
        there = [number for number in given if number is not None] or [Decimal(0)]
        ahead = max(len(str(abs(int(number)))) for number in (*there, Decimal(about.least), Decimal(about.most)))
        wanted = max(-int(number.normalize().as_tuple().exponent) for number in there)
        places = 0 if about.type == "integer" else max(0, min(wanted, _DIGITS - ahead))
        self._whole, self._unit = about.type == "integer", 10**places
        self._missing = np.array([number is None for number in given])
        self._cells = np.array([0 if number is None else self._scaled(number) for number in given], np.int64)
        self._least = int(-(-Decimal(about.least) * self._unit // 1))
        self._most = int(Decimal(about.most) * self._unit // 1)
        self._width = (self._scaled(max(there)) - self._scaled(min(there))) // _SPREAD

    def _scaled(self, number: Decimal) -> int:
        scaled: int = round(number * self._unit)
        return scaled

    def moved(self, name: str, chosen: Whole, draws: Draws, still: bool) -> pa.Array:
        """Give the chosen cells, moved unless they are to lie still; shape (rows,)."""
        cells = self._cells[chosen]
        if not still:
            cells = np.clip(cells + draws.whole(name, -self._width, self._width), self._least, self._most)
        return pa.array(cells if self._whole else cells / self._unit, mask=self._missing[chosen])


def main(output: Path, /, *, rows: int, seed: int = 0) -> None:
    """Write a table of made-up rows that look like the house's own and obey its contract, for trials at any size.

    Args:
        output: A .csv, .tsv or .parquet file.
        rows: How many.
        seed: Another seed is another table; the same is the same bytes.

    Raises:
        PlumblineError: The raw data is not there, or the file cannot be written.
    """
    training = section(Parameters, Path("data/params.yaml"), "extract").training
    if not training.exists():
        raise PlumblineError(f"{training} is not there, and its rows are what is drawn from: run `make data`")
    generate(output, rows, seed, table.read_text(training), contract.read(Path("data/contract.yaml")))
    log.get("generate").info("written", output=str(output), rows=rows)
