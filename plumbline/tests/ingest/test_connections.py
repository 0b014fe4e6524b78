"""Every connection answers the same query with the same rows, and says clearly what is wrong."""

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import duckdb
import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumbline.ingest.connections import connect, number
from plumbline.ingest.extract import Parameters, extract, load
from plumbline.kernel.contract import Contract
from plumbline.kernel.errors import PlumblineError
from plumbline.testing.postgresql import Server
from plumbline.tests.ingest.conftest import rows


@pytest.fixture
def sources(room: Path) -> Path:
    """The same table as a DuckDB file, CSV, TSV and Parquet."""
    frame = rows(40)
    with duckdb.connect("shop.duckdb") as database:
        database.execute("create table shop as select * from frame")
        database.execute("copy shop to 'shop.parquet'")
    frame.to_csv("shop.csv", index=False)
    frame.to_csv("shop.tsv", index=False, sep="\t")
    return room


@pytest.fixture
def website(sources: Path) -> Iterator[str]:
    handler = partial(SimpleHTTPRequestHandler, directory=str(sources))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def database(postgresql: Server) -> Iterator[str]:
    with psycopg.connect(postgresql.url, autocommit=True) as connection:
        connection.execute(
            "create table shop (id int, color text, finish text, year int, weight numeric, price float8)"
        )
        for row in rows(40).astype(object).where(rows(40).notna(), None).itertuples(index=False):
            connection.execute("insert into shop values (%s, %s, %s, %s, %s, %s)", tuple(row))
        yield postgresql.url
        connection.execute("drop table shop")


def raw_bytes(url: str, parameters: Parameters, rules: Contract) -> tuple[bytes, bytes]:
    connection = connect(url)
    try:
        load(extract(connection, parameters, rules), parameters, rules, new_version=False)
    finally:
        connection.close()
    return parameters.training.read_bytes(), parameters.evaluation.read_bytes()


def test_each_kind_of_file_gives_the_same_raw_bytes(sources: Path, parameters: Parameters, rules: Contract) -> None:
    expected = raw_bytes("duckdb:shop.duckdb", parameters, rules)
    assert b"None" in expected[0]
    for url in ("shop.csv", "shop.tsv", "shop.parquet", f"file://{sources}/shop.csv"):
        assert raw_bytes(url, parameters, rules) == expected, url


def test_a_url_gives_the_same_raw_bytes(website: str, parameters: Parameters, rules: Contract) -> None:
    expected = raw_bytes("duckdb:shop.duckdb", parameters, rules)
    assert raw_bytes(f"{website}/shop.csv", parameters, rules) == expected
    assert raw_bytes(f"{website}/shop.parquet", parameters, rules) == expected


def test_postgresql_gives_the_same_raw_bytes(
    database: str, sources: Path, parameters: Parameters, rules: Contract
) -> None:
    assert raw_bytes(database, parameters, rules) == raw_bytes("duckdb:shop.duckdb", parameters, rules)


def test_postgresql_reads_only(database: str) -> None:
    connection = connect(database)
    for sql, why in (("delete from shop", "refused the query"), ("select * from shop for update", "read-only")):
        with pytest.raises(PlumblineError, match=why):
            connection.query(sql, {})
    assert connection.query("select count(*) from shop", {})[1] == [(40,)]
    connection.close()


def test_postgresql_binds_parameters_and_leaves_text_alone(database: str) -> None:
    sql = """select '$color' as text, count(*) from shop where color = $color and year <= $last -- $nothing"""
    connection = connect(database)
    assert connection.query(sql, {"last": 2020, "color": "red"})[1] == [("$color", 13)]
    assert connection.query("select $a || '%s'", {"a": "'; drop table shop; --"})[1] == [("'; drop table shop; --%s",)]
    connection.close()


def test_a_parameter_without_a_value_is_named() -> None:
    with pytest.raises(PlumblineError, match=r"\['first', 'last'\].*\['last'\]"):
        number("select $last, $first", {"last": 1})


@given(st.lists(st.sampled_from(["a", "b", "c"]), min_size=1), st.text("'$ab%\"", max_size=9))
def test_the_numbers_lead_back_to_the_names(names: list[str], literal: str) -> None:
    quoted = "'" + literal.replace("'", "''") + "'"
    sql, values = number(f"select {quoted}, " + ", ".join(f"${name}" for name in names), dict.fromkeys(names))
    assert sql.startswith(f"select {quoted}, ")
    order = list(dict.fromkeys(names))
    assert sql.removeprefix(f"select {quoted}, ").split(", ") == [f"${order.index(name) + 1}" for name in names]
    assert len(values) == len(order)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("oracle:thing", "scheme 'oracle' is not known"),
        ("duckdb:nowhere.duckdb", "plumb data warehouse"),
        ("nowhere.csv", "nowhere.csv cannot be read"),
        ("table.xlsx", r"no \.csv, \.tsv or \.parquet"),
        ("postgresql://u:secret@127.0.0.1/x", "PGPASSWORD"),
        ("postgresql://u@127.0.0.1:1/x", "Check that the server runs"),
    ],
)
def test_a_connection_that_cannot_be_opened_says_why(room: Path, url: str, message: str) -> None:
    with pytest.raises(PlumblineError, match=message) as caught:
        connect(url)
    assert "secret" not in str(caught.value)


def test_a_query_that_the_warehouse_refuses_shows_its_message(sources: Path) -> None:
    connection = connect("shop.csv")
    with pytest.raises(PlumblineError, match="nonsense"):
        connection.query("select nonsense from shop", {})
    connection.close()
