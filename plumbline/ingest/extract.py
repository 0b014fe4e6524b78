"""Extract the raw data from the warehouse: a training file and the standard evaluation file."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Self

import pandas as pd
from pydantic import Field, model_validator

from plumbline.ingest import raw, spelling
from plumbline.ingest.connections import Connection, connect
from plumbline.ingest.splitting import Split, Splitter
from plumbline.ingest.staged import Staged
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

    rows: Staged
    metadata: Extraction


def staged(columns: list[str], parameters: Parameters, rules: Contract) -> Staged:
    """Give what takes the rows of a table that is to be split as the parameters say."""
    splitter = Splitter(rules.identifier, parameters.salt, parameters.evaluation_percent, parameters.split)
    return Staged(columns, splitter)


def extract(connection: Connection, parameters: Parameters, rules: Contract) -> Extracted:
    """Read the rows that the query selects.

    Sorted by the contract's identifier they do not depend on the order in which the warehouse gives them, nor on how
    many are read at a time.

    Raises:
        PlumblineError: The warehouse refuses the query, or its answer is empty or lacks the identifier.
    """
    rows = _read(connection, parameters, rules)
    if not len(rows):
        raise PlumblineError(f"the query selects no row of {parameters.dataset}.{parameters.table}")
    metadata = Extraction(
        dataset=parameters.dataset,
        table=parameters.table,
        query=parameters.query,
        parameters=parameters.parameters,
        columns=tuple(rows.columns),
        rows=len(rows),
    )
    return Extracted(rows, metadata)


def _read(connection: Connection, parameters: Parameters, rules: Contract) -> Staged:
    broken: set[str] = set()  # columns with a decimal that is no whole number, so that none is spelled as one
    while True:
        names, parts = connection.stream(parameters.query, dict(parameters.parameters), settings().part_rows)
        _check(names, rules)
        rows, unbroken = staged(names, parameters, rules), set[str]()
        for part in parts:
            columns = {name: [row[place] for row in part] for place, name in enumerate(names)}
            plain = {name: spelling.decimals(values) for name, values in columns.items()}
            broken |= {name for name, kind in plain.items() if kind is float}
            unbroken |= {name for name, kind in plain.items() if kind is int} - broken
            cells = {
                name: spelling.column(name, values, float if name in broken else plain[name])
                for name, values in columns.items()
            }
            frame = spelling.by_contract(pd.DataFrame(cells), rules)
            rows.add(frame, frame[rules.identifier])
        if not broken & unbroken:
            return rows


def _check(names: list[str], rules: Contract) -> None:
    if len(set(names)) < len(names):
        raise PlumblineError(f"the query selects a column twice: {', '.join(names)}")
    if rules.identifier not in names:
        raise PlumblineError(f"the query selects no column {rules.identifier!r}, the contract's identifier")


def load(extracted: Extracted, parameters: Parameters, rules: Contract, *, new_version: bool) -> None:
    """Load the rows as the raw files.

    Raises:
        PlumblineError: As `Splitter.check` and `raw.load`.
    """
    directories = Directories(raw=parameters.training.parent)
    config = Config(settings=settings(), directories=directories, extraction=extracted.metadata)
    rows, splitter = extracted.rows, extracted.rows.splitter
    splitter.check()
    files: dict[Path, Callable[[Path], None]] = {
        parameters.training: partial(rows.write, evaluation=False),
        parameters.evaluation: partial(rows.write, evaluation=True),
    }
    raw.load(files, rules, config, new_version=new_version)
    for path, count in zip(files, (splitter.training, splitter.evaluation), strict=True):
        log.get("extract").info("extracted", file=str(path), rows=count, table=parameters.table)


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
