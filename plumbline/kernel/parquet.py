"""Tables as Parquet files, written a part at a time with the bytes that they have when they are written at once."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from plumbline.kernel.files import whole

GROUP = 1 << 20  # rows of a row group: what PyArrow takes when all rows are there


def write(parts: Iterator[pd.DataFrame], path: Path) -> int:
    """Write the rows as `DataFrame.to_parquet(path, index=False)` writes them, at most a row group of them in memory.

    Args:
        parts: Rows of the same columns and types, at least one part.
        path: The file.

    Returns:
        How many rows.
    """
    first = pa.Table.from_pandas(next(parts), preserve_index=False)
    others = (pa.Table.from_pandas(part, first.schema, preserve_index=False) for part in parts)
    rows = 0
    with whole(path) as partial, pq.ParquetWriter(partial, first.schema) as writer:
        for group in _groups(first, others):
            writer.write_table(group)
            rows += len(group)
    return rows


def _groups(held: pa.Table, others: Iterator[pa.Table]) -> Iterator[pa.Table]:
    """Give the same rows in groups, each in one piece: a seam would move the pages of a column."""
    for table in itertools.chain(others, [held.slice(0, 0)]):
        held = pa.concat_tables([held, table])
        while len(held) > GROUP:
            yield held.slice(0, GROUP).combine_chunks()
            held = held.slice(GROUP)
    yield held.combine_chunks()
