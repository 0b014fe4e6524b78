"""Load the embedded warehouse: every `data/warehouse/*.tsv` becomes a DuckDB table of the same name."""

from pathlib import Path

import duckdb

from plumbline.ingest.connections import load_file
from plumbline.kernel import log
from plumbline.kernel.errors import PlumblineError


def load(folder: Path, database: Path) -> dict[str, int]:
    """Create `database` anew from the TSV files in `folder`.

    Returns:
        The number of rows of each table.

    Raises:
        PlumblineError: There is no TSV file in `folder`.
    """
    sources = sorted(folder.glob("*.tsv"))
    if not sources:
        raise PlumblineError(f"{folder} holds no .tsv file to load")
    database.parent.mkdir(parents=True, exist_ok=True)
    fresh = database.with_name(database.name + ".new")
    fresh.unlink(missing_ok=True)
    rows = {}
    with duckdb.connect(fresh) as connection:
        for source in sources:
            rows[source.stem] = load_file(connection, source, source.stem)
    fresh.replace(database)
    return rows


def main(*, folder: Path = Path("data/warehouse"), database: Path = Path(".plumbline/warehouse.duckdb")) -> None:
    """Load the tables of a folder into the embedded DuckDB warehouse.

    Args:
        folder: Holds a .tsv file a table.
        database: The warehouse.
    """
    for table, rows in load(folder, database).items():
        log.get("warehouse").info("loaded", table=table, rows=rows, database=str(database))
