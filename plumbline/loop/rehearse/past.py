"""What the warehouse knows of the past, month by month: what customers ask for, and what came true."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from pydantic import Field

from plumbline.kernel import contract
from plumbline.kernel.config import Strict, parse, read_yaml

WAREHOUSE = Path(".plumbline/warehouse.duckdb")
PARAMETERS = Path("data/params.yaml")
SETTINGS = Path("model/configs/rehearsal.yaml")
CONTRACT = Path("data/contract.yaml")


class Mistake(Strict):
    """What a person may get wrong in the extraction's query: what stands there, and what is written instead."""

    right: str
    wrong: str


class Settings(Strict):
    """model/configs/rehearsal.yaml, how the past of this data set is replayed.

    Attributes:
        period: SQL of a row's year and month, such as 2009-01.
        identifier: The table's column that the contract's identifier is.
        parameter: Of the extraction's query: up to which year it reads.
        years: What the first model learns up to, what it is asked, and what the next one is asked.
        refused: Rules of the gate that a model which always answers the same cannot pass.
        mistake: An extraction that the gate cannot see through.
    """

    period: str
    identifier: str
    parameter: str
    years: tuple[int, int, int]
    refused: tuple[str, ...] = Field(min_length=1)
    mistake: Mistake


@dataclass(frozen=True)
class Case:
    """A row of the past.

    Attributes:
        features: What a request says of it.
        actual: What came true, in the target's unit.
    """

    features: dict[str, Any]
    actual: float


def settings() -> Settings:
    """Read how the past is replayed.

    Raises:
        PlumblineError: The file is absent or not as it must be.
    """
    return parse(Settings, read_yaml(SETTINGS), str(SETTINGS))


def by_month() -> dict[str, list[Case]]:
    """Read the rows after the first model's, by the extraction's query; the keys are such as 2009-01, in order."""
    how, rules = settings(), contract.read(CONTRACT)
    extract: Any = read_yaml(PARAMETERS)["extract"]
    # The period of a row is no feature, so the extraction does not select it.
    dated = (
        f"select {how.period} as period, answer.* from ({extract['query']}) as answer"  # noqa: S608
        f" join {extract['table']} as source on source.{how.identifier} = answer.{rules.identifier}"
        f" where {how.period} > '{how.years[0]}-99' order by period, {rules.identifier}"
    )
    parameters = extract["parameters"] | {how.parameter: how.years[2]}
    with duckdb.connect(WAREHOUSE, read_only=True) as warehouse:
        answer = warehouse.execute(dated, parameters)
        names = [column[0] for column in answer.description]
        rows = [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
    months: dict[str, list[Case]] = {}
    for row in rows:
        month, actual = row.pop("period"), float(row.pop(rules.target.name))
        del row[rules.identifier]
        months.setdefault(month, []).append(Case(row, actual))
    return months
