"""Warehouse, extraction and split, on a small contract."""

from pathlib import Path

import duckdb
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from plumbline.ingest import warehouse
from plumbline.ingest.connections import DuckDB
from plumbline.ingest.extract import Parameters, extract
from plumbline.ingest.splitting import is_evaluation, split
from plumbline.kernel.errors import PlumblineError
from plumbline.tests.ingest.conftest import SHOP, rows


def test_the_warehouse_holds_each_table_and_keeps_labels_that_look_missing(room: Path) -> None:
    Path("shop.tsv").write_text("id\tcolor\n1\tNone\n2\tNA\n3\t\n")
    assert warehouse.load(Path(), Path("w.duckdb")) == {"shop": 3}
    with duckdb.connect("w.duckdb") as database:
        assert database.execute("select color from shop order by id").fetchall() == [("None",), ("NA",), (None,)]


def test_a_warehouse_without_tables_is_refused(room: Path) -> None:
    with pytest.raises(PlumblineError, match=r"no \.tsv"):
        warehouse.load(Path(), Path("w.duckdb"))


def test_the_extraction_does_not_depend_on_the_order_of_the_answer(parameters: Parameters) -> None:
    frames = []
    for seed in (1, 2):
        database = duckdb.connect()
        frame = rows(30).sample(frac=1, random_state=seed)
        database.register("shop", frame)
        frames.append(extract(DuckDB(database), parameters, SHOP).rows.frame())
    pd.testing.assert_frame_equal(*frames)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("select color from shop where year <= $last_year", "no column 'id'"),
        ("select * from shop where year < $last_year - 100", "no row of shop.shop"),
    ],
)
def test_an_answer_that_is_no_data_is_refused(parameters: Parameters, query: str, message: str) -> None:
    database = duckdb.connect()
    database.register("shop", rows(5))
    with pytest.raises(PlumblineError, match=message):
        extract(DuckDB(database), parameters.model_copy(update={"query": query}), SHOP)


@given(st.sets(st.integers(1, 10**9), min_size=1), st.sets(st.integers(1, 10**9)), st.integers(1, 99))
def test_later_rows_never_move_earlier_ones(known: set[int], later: set[int], percent: int) -> None:
    assume(len({is_evaluation(number, "salt", percent) for number in known}) == 2)  # both parts have a row
    before = split(pd.DataFrame({"id": sorted(known)}), "id", "salt", percent)
    after = split(pd.DataFrame({"id": sorted(known | later)}), "id", "salt", percent)
    for early, late in zip(before, after, strict=True):
        assert set(early["id"]) == set(late["id"]) & known


def test_the_split_takes_about_the_share_asked_for() -> None:
    training, evaluation = split(pd.DataFrame({"id": range(10_000)}), "id", "salt", 20)
    assert 1800 < len(evaluation) < 2200
    assert len(training) + len(evaluation) == 10_000
