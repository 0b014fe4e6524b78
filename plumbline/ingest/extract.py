"""Extract the raw data from the warehouse: a training file and the standard evaluation file."""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import pandas as pd
from pydantic import Field, model_validator

from plumbline.ingest import raw, spelling
from plumbline.ingest.connections import Connection, connect
from plumbline.ingest.splitting import Split, split
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
    split: Split = Split()

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


def extract(connection: Connection, parameters: Parameters, rules: Contract) -> Extracted:
    """Read the rows that the query selects, sorted by the contract's identifier.

    The answer does not depend on the order in which the warehouse gives its rows.

    Raises:
        PlumblineError: As `read`.
    """
    extracted = read(connection, parameters, rules)
    return Extracted(extracted.frame.sort_values(rules.identifier, ignore_index=True), extracted.metadata)


def read(connection: Connection, parameters: Parameters, rules: Contract) -> Extracted:
    """Read the rows that the query selects, in the order in which the warehouse gives them.

    Raises:
        PlumblineError: The warehouse refuses the query, or its answer is empty or lacks the identifier.
    """
    names, rows = connection.query(parameters.query, dict(parameters.parameters))
    frame = pd.DataFrame({name: spelling.column(name, [row[i] for row in rows]) for i, name in enumerate(names)})
    if len(set(names)) < len(names):
        raise PlumblineError(f"the query selects a column twice: {', '.join(names)}")
    if rules.identifier not in frame:
        raise PlumblineError(f"the query selects no column {rules.identifier!r}, the contract's identifier")
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
    return Extracted(spelling.by_contract(frame, rules), metadata)


def load(extracted: Extracted, parameters: Parameters, rules: Contract, *, new_version: bool) -> None:
    """Split the rows and load them as the raw files.

    Raises:
        PlumblineError: As `raw.load`.
    """
    directories = Directories(raw=parameters.training.parent)
    config = Config(settings=settings(), directories=directories, extraction=extracted.metadata)
    parts = split(extracted.frame, rules.identifier, parameters.salt, parameters.evaluation_percent, parameters.split)
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
        extracted = extract(connection, parameters, rules)
    load(extracted, parameters, rules, new_version=new_version)
