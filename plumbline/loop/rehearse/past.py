"""What the warehouse knows of the past, month by month: what customers ask for, and what came true."""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from pydantic import Field, model_validator

from plumbline.ingest.connections import connect
from plumbline.ingest.extract import Parameters, extract
from plumbline.ingest.sample import request
from plumbline.kernel import contract
from plumbline.kernel.config import Strict, parse, read_yaml, section
from plumbline.kernel.errors import PlumblineError

PARAMETERS = Path("data/params.yaml")
SETTINGS = Path("model/configs/rehearsal.yaml")
CONTRACT = Path("data/contract.yaml")


class Mistake(Strict):
    """What a person may get wrong in the extraction's query: what stands there, and what is written instead."""

    right: str
    wrong: str


class Part(Strict):
    """A span of the past, which begins where the one before it ends.

    Attributes:
        until: Its last month, such as 2009-12.
        extract: What the section `extract` of data/params.yaml says so that the query's answer ends there.
    """

    until: str = Field(pattern=r"^\d{4}-\d{2}$")
    extract: dict[str, Any]


class Settings(Strict):
    """model/configs/rehearsal.yaml, how the past of this data set is replayed.

    Attributes:
        months: SQL of each row's identifier and month, such as 2009-01, where no column of the contract tells it.
        column: The contract's column whose text begins with the month, such as a date's.
        parts: What the first model learns from, what it is asked, and what the next one is asked.
        compare: Whether the gate compares with the champion. Where little data comes, chance decides whether the model
            that has seen it is better; the rehearsal then has to go on with one that is good enough.
        refused: Rules of the gate that a model which always answers the same cannot pass.
        mistake: An extraction that the gate cannot see through.
    """

    months: str | None = None
    column: str | None = None
    parts: tuple[Part, Part, Part]
    compare: bool = True
    refused: tuple[str, ...] = Field(min_length=1)
    mistake: Mistake

    @model_validator(mode="after")
    def _one_clock(self) -> Self:
        if (self.months is None) == (self.column is None):
            raise ValueError("either `months` or `column` says when a row was")
        return self


@dataclass(frozen=True)
class Case:
    """A row of the past.

    Attributes:
        features: What a request says of it.
        actual: What came true: a number in the target's unit, or a class.
    """

    features: dict[str, Any]
    actual: float | str


def settings() -> Settings:
    """Read how the past is replayed.

    Raises:
        PlumblineError: The file is absent, as it is for a table without a time, or not as it must be.
    """
    if not SETTINGS.exists():
        raise PlumblineError(
            f"nothing says how the past of this table is replayed: write {SETTINGS}"
            " (docs/continuous-training.md, The rehearsal), or adopt the table with --time COLUMN"
        )
    return parse(Settings, read_yaml(SETTINGS), str(SETTINGS))


def by_month() -> dict[str, list[Case]]:
    """Read the rows after the first part's, by the extraction's query; the keys are such as 2009-01, in order."""
    how, rules = settings(), contract.read(CONTRACT)
    asked = section(Parameters, PARAMETERS, "extract")
    with closing(connect(asked.connection)) as connection:
        last = asked.model_copy(update={"parameters": asked.parameters | how.parts[2].extract.get("parameters", {})})
        rows = extract(connection, last, rules).rows.frame()
        if how.months is None:
            months_of = rows[how.column].str[:7]
        else:
            found = {str(key): str(month) for key, month in connection.query(how.months, {})[1]}
            months_of = rows[rules.identifier].map(found)
    chosen = (months_of > how.parts[0].until) & (months_of <= how.parts[2].until)
    months: dict[str, list[Case]] = {}
    for month, cases in rows[chosen].groupby(months_of[chosen], sort=True):
        made = (request(row, rules) for row in cases.to_dict("records"))
        months[str(month)] = [Case(item["input"], item["actual"]) for item in made]
    return months


def measure() -> str:
    """Name what predictions are judged by: the error that the monitor judges."""
    rules = contract.read(CONTRACT)
    return f"mean absolute error ({rules.target.unit})" if rules.task == "regression" else "log loss"
