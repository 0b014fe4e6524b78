"""Two Parquet files: by schema, then by column and row, then by the file's own metadata."""

from pathlib import Path

import pyarrow.parquet as pq

from plumbline.proof.firstdiff import values


def difference(one: Path, other: Path) -> str | None:
    """Compare the files' columns, rows and metadata."""
    left, right = pq.read_table(one), pq.read_table(other)
    fields = [[f"{field.name}: {field.type}" for field in table.schema] for table in (left, right)]
    found = values.walk(fields[0], fields[1], "columns") or values.walk(left.num_rows, right.num_rows, "rows")
    if found:
        return found
    for name in left.column_names:
        found = values.walk(left[name].to_pylist(), right[name].to_pylist(), f"column {name}, row ")
        if found:
            return found
    found = values.walk(left.schema.metadata, right.schema.metadata, "schema metadata")
    files = [pq.ParquetFile(path).metadata.to_dict() for path in (one, other)]
    return found or values.walk(files[0], files[1], "file metadata")
