"""Extract the raw data from the warehouse: a training file and the standard evaluation file."""

import argparse
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from data.src.connections import Connection, connect
from tools import contract, hashing, log, stage, table
from tools.config import Strict, section
from tools.errors import PlumblineError


class Parameters(Strict):
    """The section `extract` of data/params.yaml."""

    connection: str
    dataset: str
    table: str
    query: str
    parameters: dict[str, str | int | float]
    training: Path
    evaluation: Path
    evaluation_percent: int
    salt: str


@dataclass(frozen=True)
class Extraction:
    """A table and where it came from."""

    frame: pd.DataFrame
    metadata: dict[str, Any]


def extract(connection: Connection, parameters: Parameters, identifier: str) -> Extraction:
    """Read the rows that the query selects, sorted by `identifier`.

    The answer does not depend on the order in which the warehouse gives its rows.

    Raises:
        PlumblineError: The warehouse refuses the query, or its answer is empty or lacks the identifier.
    """
    names, rows = connection.query(parameters.query, dict(parameters.parameters))
    frame = pd.DataFrame({name: _column([row[i] for row in rows]) for i, name in enumerate(names)})
    if identifier not in frame:
        raise PlumblineError(f"the query selects no column {identifier!r}, the contract's identifier")
    if frame.empty:
        raise PlumblineError(f"the query selects no row of {parameters.dataset}.{parameters.table}")
    metadata = {
        "dataset": parameters.dataset,
        "table": parameters.table,
        "query": parameters.query,
        "parameters": dict(parameters.parameters),
        "rows": len(frame),
        "columns": list(frame.columns),
    }
    return Extraction(frame.sort_values(identifier, ignore_index=True), metadata)


def _column(values: list[Any]) -> "pd.Series[Any]":
    # Whole numbers stay whole beside missing ones; anything else is written as Python writes it.
    if all(value is None or type(value) is int for value in values):
        return pd.Series(values, dtype="Int64")
    return pd.Series(values, dtype=object)


def is_evaluation(identifier: object, salt: str, percent: int) -> bool:
    """Tell whether a row belongs to the standard evaluation set.

    The answer depends on the row's identifier alone, so rows that come later never move one that is there.
    """
    digest = hashlib.sha256(f"{salt}:{identifier}".encode()).digest()
    return int.from_bytes(digest[:8]) % 100 < percent


def split(frame: pd.DataFrame, identifier: str, salt: str, percent: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Split into training and evaluation rows, each in the order of `frame`."""
    chosen = pd.Series([is_evaluation(value, salt, percent) for value in frame[identifier]], dtype=bool)
    return frame[~chosen], frame[chosen]


def write(frame: pd.DataFrame, path: Path, *, new_version: bool) -> None:
    """Write a raw file, whose bytes must be those that its `.dvc` file names unless they are a new version.

    Raises:
        PlumblineError: The bytes differ; the file at `path` is left as it was.
    """
    fresh = path.with_name(path.name + ".new")
    table.write_tsv(frame, fresh)
    record = path.with_name(path.name + ".dvc")
    if record.exists() and not new_version:
        expected = yaml.safe_load(record.read_text())["outs"][0]["md5"]
        actual = hashing.digest(fresh, "md5")
        if actual != expected:
            fresh.unlink()
            raise PlumblineError(
                f"the warehouse no longer gives the data that git names: {path} would have md5 {actual}, and"
                f" {record} says {expected}.\nIf that is intended, extract with --new-version and commit the result;"
                " if not, `dvc pull` brings the data that git names."
            )
    fresh.replace(path)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--params", type=Path, default=Path("data/params.yaml"))
    parser.add_argument("--contract", type=Path, default=Path("data/contract.yaml"))
    parser.add_argument("--new-version", action="store_true", help="accept other bytes than git names")
    arguments = parser.parse_args()
    parameters = section(Parameters, arguments.params, "extract")
    identifier = contract.read(arguments.contract).identifier
    connection = connect(parameters.connection)
    try:
        extraction = extract(connection, parameters, identifier)
    finally:
        connection.close()
    parts = split(extraction.frame, identifier, parameters.salt, parameters.evaluation_percent)
    for frame, path in zip(parts, (parameters.training, parameters.evaluation), strict=True):
        write(frame, path, new_version=arguments.new_version)
        log.get("extract").info("extracted", file=str(path), rows=len(frame), table=parameters.table)


if __name__ == "__main__":
    stage.run(main)
