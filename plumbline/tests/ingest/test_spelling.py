"""Every warehouse's value has one spelling in the raw files, and in a request."""

import datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import duckdb
import pandas as pd
import psycopg
import pytest

from plumbline.ingest import sample, spelling
from plumbline.ingest.connections import connect
from plumbline.ingest.extract import Parameters, extract
from plumbline.kernel import table, validation
from plumbline.kernel.contract import Contract
from plumbline.kernel.errors import PlumblineError
from plumbline.testing.postgresql import Server

VISITS = Contract.model_validate(
    {
        "task": "binary",
        "identifier": "visit",
        "identifier_type": "string",
        "target": {"name": "bought", "type": "category", "description": "Bought.", "categories": ["No", "Yes"]},
        "columns": {
            "member": {"type": "boolean", "description": "Member.", "optional": True},
            "day": {"type": "date", "description": "Day.", "minimum": "2020-01-01", "maximum": "2030-12-31"},
            "seen": {
                "type": "timestamp",
                "description": "Moment.",
                "minimum": "2020-01-01T00:00:00Z",
                "maximum": "2030-12-31T00:00:00Z",
            },
            "pages": {
                "type": "integer",
                "unit": "pages",
                "description": "Pages.",
                "minimum": 0,
                "maximum": 99,
                "optional": True,
            },
            "shop": {"type": "category", "description": "Shop.", "categories": ["007", "008"], "open": True},
        },
    }
)
COLUMNS = "visit text, member boolean, day date, seen timestamp, pages double precision, shop text, bought text"
ROWS = """('a', true, '2026-01-31', '2026-01-31 12:00:00', 3, '007', 'Yes'),
    ('b', null, '2026-02-01', '2026-02-01 00:30:00', null, '008', 'No')"""
TEXT = [
    ["a", "true", "2026-01-31", "2026-01-31T12:00:00Z", "3", "007", "Yes"],
    ["b", "", "2026-02-01", "2026-02-01T00:30:00Z", "", "008", "No"],
]


def read(url: str, parameters: Parameters) -> pd.DataFrame:
    asked = parameters.model_copy(update={"connection": url, "query": "select * from visits", "parameters": {}})
    return extract(connect(url), asked, VISITS).rows.frame()


def spelled(frame: pd.DataFrame) -> list[list[str]]:
    table.write_tsv(frame, Path("spelled.tsv"))
    return table.read_text(Path("spelled.tsv")).to_numpy().tolist()


def test_duckdb_parquet_and_csv_give_the_same_text(parameters: Parameters) -> None:
    with duckdb.connect("visits.duckdb") as database:
        database.execute(f"create table visits ({COLUMNS}); insert into visits values {ROWS}")
        database.execute("copy visits to 'visits.parquet'; copy visits to 'visits.csv' (header)")
    for url in ("duckdb:visits.duckdb", "visits.parquet", "visits.csv"):
        frame = read(url, parameters)
        assert spelled(frame) == TEXT, url
        assert validation.violations(table.read_text(Path("spelled.tsv")), VISITS, "f") == []


def test_moments_with_a_zone_are_given_in_utc(parameters: Parameters) -> None:
    with duckdb.connect("visits.duckdb") as database:
        zoned = COLUMNS.replace("seen timestamp", "seen timestamptz")
        database.execute(f"set timezone = 'Asia/Tokyo'; create table visits ({zoned})")
        database.execute(
            f"insert into visits values {ROWS.replace(' 12:00:00', ' 21:00:00').replace(' 00:30', ' 09:30')}"
        )
        database.execute("copy visits to 'visits.parquet'")
    for url in ("duckdb:visits.duckdb", "visits.parquet"):
        assert spelled(read(url, parameters)) == TEXT, url


def test_postgresql_gives_the_same_text(postgresql: Server, parameters: Parameters) -> None:
    with psycopg.connect(postgresql.url, autocommit=True) as connection:
        connection.execute(f"create table visits ({COLUMNS}); insert into visits values {ROWS}".encode())
        try:
            assert spelled(read(postgresql.url, parameters)) == TEXT
        finally:
            connection.execute("drop table visits")


def test_a_request_has_the_types_of_json(parameters: Parameters) -> None:
    with duckdb.connect("visits.duckdb") as database:
        database.execute(f"create table visits ({COLUMNS}); insert into visits values {ROWS}")
    first, second = read("duckdb:visits.duckdb", parameters).to_dict("records")
    assert sample.request(first, VISITS) == {
        "identifier": {"visit": "a"},
        "input": {
            "member": True, "day": "2026-01-31", "seen": "2026-01-31T12:00:00Z", "pages": 3, "shop": "007",
        },
        "actual": "Yes",
    }  # fmt: skip
    assert sample.request(second, VISITS)["input"]["member"] is None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("2.50"), 2.5),
        (
            datetime.datetime(2026, 1, 31, 13, tzinfo=datetime.timezone(datetime.timedelta(hours=1))),
            "2026-01-31T12:00:00Z",
        ),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (True, "true"),
    ],
)
def test_each_type_has_one_spelling(value: object, text: object) -> None:
    assert spelling.column("c", [value, "x"])[0] == text


def test_what_no_cell_can_hold_is_named() -> None:
    with pytest.raises(PlumblineError, match="column 'tags' holds a list"):
        spelling.column("tags", [["a"]])


def test_what_the_contract_does_not_allow_stays_for_the_validation_to_name() -> None:
    frame = pd.DataFrame({"visit": [1], "member": ["perhaps"], "seen": ["noon"], "pages": [2.5]}, dtype=object)
    assert spelling.by_contract(frame, VISITS).iloc[0].tolist() == ["1", "perhaps", "noon", 2.5]
