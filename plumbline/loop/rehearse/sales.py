"""The sales of the embedded warehouse, month by month: what customers ask for, and the prices that came true."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from plumbline.kernel import contract
from plumbline.kernel.config import read_yaml

WAREHOUSE = Path(".plumbline/warehouse.duckdb")
PARAMETERS = Path("data/params.yaml")
CONTRACT = Path("data/contract.yaml")
_LAST_YEAR = 2010  # of the warehouse


@dataclass(frozen=True)
class Sale:
    """A sold house.

    Attributes:
        features: What a request says of it.
        price: What was paid, in the target's unit.
    """

    features: dict[str, Any]
    price: float


def by_month(first_year: int) -> dict[str, list[Sale]]:
    """Read the sales from `first_year` on, with the extraction's own query; the keys are such as 2009-01, in order."""
    query = str(read_yaml(PARAMETERS)["extract"]["query"])  # type: ignore[index]
    rules = contract.read(CONTRACT)
    # The month of a sale is no feature, so the extraction does not select it.
    dated = (
        f"select printf('%d-%02d', Year_Sold, Mo_Sold) as month, answer.* from ({query}) as answer"  # noqa: S608
        f" join sales on sales.Sale_ID = answer.{rules.identifier}"
        f" where Year_Sold >= $first_year order by month, {rules.identifier}"
    )
    with duckdb.connect(WAREHOUSE, read_only=True) as warehouse:
        answer = warehouse.execute(dated, {"first_year": first_year, "last_year": _LAST_YEAR})
        names = [column[0] for column in answer.description]
        rows = [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
    months: dict[str, list[Sale]] = {}
    for row in rows:
        month, price = row.pop("month"), float(row.pop(rules.target.name))
        del row[rules.identifier]
        months.setdefault(month, []).append(Sale(row, price))
    return months
