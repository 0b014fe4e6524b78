"""Rows between their source and the raw files: spelled as these have them, and sorted, in bounded memory."""

import tempfile
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa

from plumbline.ingest import memory
from plumbline.ingest.splitting import Splitter
from plumbline.kernel import table
from plumbline.kernel.config import settings
from plumbline.kernel.files import whole


class Staged:
    """The rows of a table, each as the line that it will be in a raw file.

    DuckDB keeps and sorts them, for it takes the disk where memory ends; a line costs it less than thirty cells would.

    Attributes:
        columns: The columns' names, in order.
        splitter: What chose the rows for evaluation.
    """

    def __init__(self, columns: list[str], splitter: Splitter) -> None:
        self.columns, self.splitter = columns, splitter
        self._connection = memory.limited(duckdb.connect())
        self._connection.execute("create table lines (number bigint, name varchar, evaluation boolean, line varchar)")

    def __len__(self) -> int:
        return self.splitter.training + self.splitter.evaluation

    def add(self, part: pd.DataFrame, keys: "pd.Series[Any]") -> None:
        """Add rows.

        Args:
            part: Some rows, in the columns of the table.
            keys: What each is sorted by: whole numbers by size, all else as text; missing ones come last.

        Raises:
            PlumblineError: A cell holds a tab or a line break.
        """
        numbers = pd.api.types.is_integer_dtype(keys.dtype)
        missing: pa.Array = pa.nulls(len(part))
        lines = {
            "number": pa.array(keys, pa.int64(), from_pandas=True) if numbers else missing,
            "name": missing if numbers else pa.array(keys.astype("str"), pa.string(), from_pandas=True),
            "evaluation": pa.array(self.splitter.chosen(part)),
            "line": pa.array(table.lines(part)),
        }
        self._connection.from_arrow(pa.table(lines)).insert_into("lines")

    def write(self, path: Path, evaluation: bool | None = None, order: str = "number, name, rowid") -> None:
        """Write the rows as a raw file.

        Args:
            path: The file.
            evaluation: Whether only those for evaluation, or only those for training, are written.
            order: What they are sorted by; `rowid` for the order in which they were added.
        """
        chosen = "" if evaluation is None else f"where evaluation = {evaluation}"
        found = self._connection.execute(f"select line from lines {chosen} order by {order}")  # noqa: S608
        with whole(path) as partial, partial.open("w", encoding="utf-8", newline="") as file:
            file.write("\t".join(self.columns) + "\n")
            while part := found.fetchmany(settings().part_rows):
                file.writelines(f"{line}\n" for (line,) in part)

    def frame(self) -> pd.DataFrame:
        """Give all rows, sorted, every cell as the text that the raw files have; "" for a missing one."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "rows.tsv")
            self.write(path)
            return table.read_text(path)
