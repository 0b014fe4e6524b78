"""A file of a table that is written a part at a time and is there as a whole or not at all."""

from pathlib import Path
from types import TracebackType
from typing import Self

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from plumbline.kernel.errors import PlumblineError
from plumbline.kernel.files import beside

SEPARATORS = {".csv": ",", ".tsv": "\t"}
_GROUP = 65_536  # rows that a group of a .parquet file has at least, so that columns compress


class Sink:
    """Takes the place of the file when the context ends without an error, if anything was written.

    Attributes:
        typed: Whether the file knows types.
        rows: Written so far.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._partial = beside(file)
        self._waiting: list[pd.DataFrame] = []
        self._parquet: pq.ParquetWriter | None = None
        self.typed = file.suffix == ".parquet"
        self.rows = 0

    def write(self, frame: pd.DataFrame) -> None:
        """Add rows, whose columns are those of the first.

        Raises:
            PlumblineError: The file cannot be written.
        """
        first = not self.rows and not self._waiting
        self.rows += len(frame)
        if self.typed:
            self._waiting.append(frame)
            if sum(map(len, self._waiting)) >= _GROUP:
                self._flush()
            return
        separator = SEPARATORS[self._file.suffix]
        try:
            with self._partial.open("w" if first else "a", encoding="utf-8", newline="") as target:
                frame.to_csv(target, sep=separator, index=False, header=first, lineterminator="\n")
        except OSError as error:
            raise self._refused(error) from None

    def _flush(self) -> None:
        if not self._waiting:
            return
        group, self._waiting = pd.concat(self._waiting, ignore_index=True), []
        table = pa.Table.from_pandas(group, preserve_index=False)
        try:
            self._parquet = self._parquet or pq.ParquetWriter(self._partial, table.schema)
            self._parquet.write_table(table.cast(self._parquet.schema))
        except OSError as error:
            raise self._refused(error) from None

    def _refused(self, error: OSError) -> PlumblineError:
        said = error.strerror or " ".join(str(error).split())  # Arrow's errors are one text
        return PlumblineError(f"{self._file} cannot be written: {said}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self._flush()
            self._close()
            if error is None:
                self._settle()
        finally:
            self._partial.unlink(missing_ok=True)

    def _close(self) -> None:
        try:
            if self._parquet:
                self._parquet.close()
        except OSError as error:
            raise self._refused(error) from None

    def _settle(self) -> None:
        if self._partial.exists():
            self._partial.replace(self._file)
        else:
            self._file.unlink(missing_ok=True)  # of an earlier run
