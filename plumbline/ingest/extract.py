"""Extract the raw data from the warehouse: a training file and the standard evaluation file."""

import hashlib
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Self

import pandas as pd
from pydantic import Field, model_validator

from plumbline.ingest import raw
from plumbline.ingest.connections import Connection, connect
from plumbline.kernel import contract, log
from plumbline.kernel.config import Config, Directories, Extraction, Strict, section, settings
from plumbline.kernel.contract import Contract
from plumbline.kernel.errors import PlumblineError


class Parameters(Strict):
    """The section `extract` of data/params.yaml."""

    connection: str
    dataset: str
    table: str
    query: str
    parameters: dict[str, str | int | float]
    training: Path
    evaluation: Path
    evaluation_percent: int = Field(ge=1, le=99)
    salt: str

    @model_validator(mode="after")
    def _files_differ(self) -> Self:
        if self.training.name == self.evaluation.name:
            raise ValueError("training and evaluation must be files of different names")
        return self


@dataclass(frozen=True)
class Extracted:
    """A table and where it came from."""

    frame: pd.DataFrame
    metadata: Extraction


def extract(connection: Connection, parameters: Parameters, identifier: str) -> Extracted:
    """Read the rows that the query selects, sorted by `identifier`.

    The answer does not depend on the order in which the warehouse gives its rows.

    Raises:
        PlumblineError: As `read`.
    """
    extracted = read(connection, parameters, identifier)
    return Extracted(extracted.frame.sort_values(identifier, ignore_index=True), extracted.metadata)


def read(connection: Connection, parameters: Parameters, identifier: str) -> Extracted:
    """Read the rows that the query selects, in the order in which the warehouse gives them.

    Raises:
        PlumblineError: The warehouse refuses the query, or its answer is empty or lacks the identifier.
    """
    names, rows = connection.query(parameters.query, dict(parameters.parameters))
    frame = pd.DataFrame({name: _column([row[i] for row in rows]) for i, name in enumerate(names)})
    if len(set(names)) < len(names):
        raise PlumblineError(f"the query selects a column twice: {', '.join(names)}")
    if identifier not in frame:
        raise PlumblineError(f"the query selects no column {identifier!r}, the contract's identifier")
    if frame.empty:
        raise PlumblineError(f"the query selects no row of {parameters.dataset}.{parameters.table}")
    metadata = Extraction(
        dataset=parameters.dataset,
        table=parameters.table,
        query=parameters.query,
        parameters=parameters.parameters,
        columns=tuple(names),
        rows=len(frame),
    )
    return Extracted(frame, metadata)


def _column(values: list[Any]) -> "pd.Series[Any]":
    # Whole numbers stay whole beside missing ones; anything else is written as Python writes it, so that every
    # warehouse gives the same bytes for the same numbers.
    if any(isinstance(value, Decimal) for value in values):
        plain = int if all(value is None or value == int(value) for value in values) else float
        values = [None if value is None else plain(value) for value in values]
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


def load(extracted: Extracted, parameters: Parameters, rules: Contract, *, new_version: bool) -> None:
    """Split the rows and load them as the raw files.

    Raises:
        PlumblineError: As `raw.load`.
    """
    directories = Directories(raw=parameters.training.parent)
    config = Config(settings=settings(), directories=directories, extraction=extracted.metadata)
    parts = split(extracted.frame, rules.identifier, parameters.salt, parameters.evaluation_percent)
    frames = dict(zip((parameters.training, parameters.evaluation), parts, strict=True))
    raw.load(frames, rules, config, new_version=new_version)
    for path, frame in frames.items():
        log.get("extract").info("extracted", file=str(path), rows=len(frame), table=parameters.table)


def main(*, new_version: bool = False) -> None:
    """Extract the raw data, and check that it is what git names.

    Args:
        new_version: Accept other bytes than git names; `plumb data version` keeps them.
    """
    raw.refuse_in_production(settings(), "extracting")
    parameters = section(Parameters, Path("data/params.yaml"), "extract")
    rules = contract.read(Path("data/contract.yaml"))
    with closing(connect(parameters.connection)) as connection:
        extracted = extract(connection, parameters, rules.identifier)
    load(extracted, parameters, rules, new_version=new_version)
