"""Load the embedded warehouse: every `data/warehouse/*.tsv` becomes a DuckDB table of the same name."""

import argparse
from pathlib import Path

import duckdb

from plumbline.ingest.connections import load_file
from plumbline.kernel import log, stage
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


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("data/warehouse"))
    parser.add_argument("--database", type=Path, default=Path(".plumbline/warehouse.duckdb"))
    arguments = parser.parse_args()
    for table, rows in load(arguments.folder, arguments.database).items():
        log.get("warehouse").info("loaded", table=table, rows=rows, database=str(arguments.database))


if __name__ == "__main__":
    stage.run(main)
