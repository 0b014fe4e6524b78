"""Load the embedded warehouse: every `data/warehouse/*.tsv` becomes a DuckDB table of the same name."""

from pathlib import Path

import duckdb

from plumbline.ingest import files
from plumbline.ingest.extract import Parameters
from plumbline.kernel import log
from plumbline.kernel.config import section
from plumbline.kernel.errors import PlumblineError
from plumbline.kernel.files import whole


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
    with whole(database) as fresh, duckdb.connect(fresh) as connection:
        return {source.stem: files.load(connection, source, source.stem) for source in sources}


def main(*, folder: Path = Path("data/warehouse"), database: Path = Path(".plumbline/warehouse.duckdb")) -> None:
    """Load the tables of a folder into the embedded DuckDB warehouse, if extractions read that.

    Args:
        folder: Holds a .tsv file a table.
        database: The warehouse.
    """
    connection = section(Parameters, Path("data/params.yaml"), "extract").connection
    if connection != f"duckdb:{database}" and not any(folder.glob("*.tsv")):
        log.get("warehouse").info("not needed", connection=connection)
        return
    for table, rows in load(folder, database).items():
        log.get("warehouse").info("loaded", table=table, rows=rows, database=str(database))
