"""How much memory DuckDB may take: what is larger goes to the disk."""

import tempfile
import uuid
from pathlib import Path

import duckdb

from plumbline.kernel.config import settings


def limited(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Hold a connection to `PLUMBLINE_MEMORY`; the folder for the rest comes with need and goes with the connection."""
    folder = Path(tempfile.gettempdir(), f"plumbline-{uuid.uuid4().hex}")  # two connections must not share one
    quoted = str(folder).replace("'", "''")
    connection.execute(f"set memory_limit = '{settings().memory}'; set temp_directory = '{quoted}'")
    return connection
