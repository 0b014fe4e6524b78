"""The same cells mean the same in the raw files, in a table that the service takes, and in one that is scored."""

import csv
import json
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pytest

from plumbline.bundle.contract import Column, Contract, Interval, Target
from plumbline.ingest import extract, sample
from plumbline.ingest.connections import connect
from plumbline.kernel import contract
from plumbline.local.score import rows
from services.api.app import tables

COLUMNS: dict[str, dict[str, Any]] = {
    "member": {"type": "boolean", "optional": True},
    "seen": {"type": "timestamp", "minimum": "2020-01-01T00:00:00Z", "maximum": "2030-01-01T00:00:00Z"},
    "day": {"type": "date", "minimum": "2020-01-01", "maximum": "2030-01-01"},
    "pages": {"type": "integer", "minimum": 0, "maximum": 99},
    "km": {"type": "number", "minimum": 0, "maximum": 99},
    "shop": {"type": "category", "categories": ["007", "None"]},
}
ROWS = [
    ["TRUE", "2026-01-31 12:00:00", "2026-01-31", "3", "0.5", "007"],
    ["0", "2026-01-31T12:00:00Z", "2026-02-01", "4", "1e1", "None"],
    [" false ", "2026-01-31T13:00:00+01:00", "2026-02-02", "5", " 2 ", " 007 "],
    ["", "2026-01-31 12:00:00.5", "2026-02-03", "6", "3", "None"],
    ["1", "2026-01-31", "2026-02-04", "7", "4", "007"],
]


@pytest.fixture
def visits(tmp_path: Path) -> Path:
    path = tmp_path / "visits.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["id", *COLUMNS, "price"], *([n, *row, 1] for n, row in enumerate(ROWS))])
    return path


def in_raw_files(path: str) -> list[dict[str, Any]]:
    written = {name: about | {"description": "It."} | unit(about) for name, about in COLUMNS.items()}
    target = {"name": "price", "type": "integer", "description": "It.", "unit": "$", "minimum": 0, "maximum": 9}
    rules = contract.Contract.model_validate({"identifier": "id", "target": target, "columns": written})
    query = {"connection": path, "dataset": "d", "table": "visits", "query": "select * from visits", "parameters": {}}
    files = {"training": Path("t.tsv"), "evaluation": Path("e.tsv"), "evaluation_percent": 20, "salt": "s"}
    with closing(connect(path)) as connection:
        found = extract.extract(connection, extract.Parameters(**query, **files), rules).rows.frame()
    requests = [sample.request(row, rules)["input"] for row in found.to_dict("records")]
    return [{name: value for name, value in row.items() if value is not None} for row in requests]


def unit(about: dict[str, Any]) -> dict[str, str]:
    return {"unit": "km"} if about["type"] in ("integer", "number") else {}


@pytest.fixture
def served() -> Contract:
    columns = tuple(
        Column(name=name, required="optional" not in about, **{key: about[key] for key in about if key != "optional"})
        for name, about in COLUMNS.items()
    )
    target = Target("price", "$")
    return Contract(2, model="visits", target=target, columns=columns, json_schema={}, interval=Interval(0.8))


def scored(path: str, served: Contract) -> list[dict[str, Any]]:
    with rows.opened(path, 2) as table:
        wanted = rows.places(table, served)
        return [row for part in table.parts for row in json.loads(rows.body(part, wanted))["inputs"]]


def test_ingest_service_and_score_read_the_same_rows(visits: Path, served: Contract) -> None:
    wanted = in_raw_files(str(visits))
    assert wanted[0] == {
        "member": True, "seen": "2026-01-31T12:00:00Z", "day": "2026-01-31", "pages": 3, "km": 0.5, "shop": "007",
    }  # fmt: skip
    given = [
        {name: row[name] for name in row if name in COLUMNS} for row in tables.read(visits.read_bytes(), served, 9)
    ]
    assert given == wanted
    assert scored(str(visits), served) == wanted


@pytest.mark.parametrize("suffix", [".parquet", ".duckdb"])
def test_a_table_that_knows_types_is_scored_as_its_text(visits: Path, served: Contract, suffix: str) -> None:
    other = visits.with_suffix(suffix)
    typed = "select * replace (cast(pages as int) as pages, cast(seen as timestamptz) as seen) from read_csv(?)"
    with duckdb.connect(other if suffix == ".duckdb" else ":memory:") as database:
        database.execute("set timezone = 'UTC'")
        database.execute(f"create table visits as {typed.replace('?', repr(str(visits)))}")
        if suffix == ".parquet":
            database.execute(f"copy visits to '{other}'")
    found = scored(str(other) if suffix == ".parquet" else f"duckdb:{other}", served)
    assert [row["seen"] for row in found] == [row["seen"] for row in in_raw_files(str(visits))]
    assert [row["pages"] for row in found] == [3, 4, 5, 6, 7]
