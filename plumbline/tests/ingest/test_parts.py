"""Whatever number of rows is in memory at once, an extraction gives the same raw files."""

from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from plumbline.ingest.connections import connect
from plumbline.ingest.extract import Parameters, extract, load
from plumbline.kernel import table
from plumbline.kernel.contract import Contract
from plumbline.kernel.errors import PlumblineError
from plumbline.tests.ingest.conftest import SHOP

COUNT = 60
WHOLE = 20  # of the first rows every weight is a whole number, of later ones it is not
PLACES = """select n * 37 % 61 as id, ['red', 'None', 'blue'][1 + n % 3] as color,
    case when n % 4 > 0 then 'gloss' end as finish, cast(2020 as double) as year,
    case when n % 5 > 0 then cast(if(n <= $whole, n, n / 4) as decimal(9, 2)) end as weight, n * 0.25::double as price
    from range(1, $count + 1) as numbers(n)"""


def raw_bytes(parameters: Parameters, rules: Contract) -> list[bytes]:
    asked = parameters.model_copy(update={"query": PLACES, "parameters": {"count": COUNT, "whole": WHOLE}})
    duckdb.connect("shop.duckdb").close()
    with closing(connect("duckdb:shop.duckdb")) as connection:
        load(extract(connection, asked, rules), asked, rules, new_version=False)
    return [path.read_bytes() for path in (parameters.training, parameters.evaluation)]


@pytest.mark.parametrize("size", [1, 7, WHOLE])
def test_parts_of_any_size_give_the_same_raw_bytes(
    size: int, parameters: Parameters, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = raw_bytes(parameters, SHOP)
    monkeypatch.setenv("PLUMBLINE_PART_ROWS", str(size))
    assert raw_bytes(parameters, SHOP) == expected


def test_rows_are_sorted_and_a_column_has_one_spelling_whatever_its_first_part_says(
    parameters: Parameters, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLUMBLINE_PART_ROWS", "7")
    raw_bytes(parameters, SHOP)
    files = [table.read_text(path) for path in (parameters.training, parameters.evaluation)]
    for frame in files:
        assert list(frame["id"]) == sorted(frame["id"], key=int)
        assert set(frame["year"]) == {"2020"}
    weights = {cell for frame in files for cell in frame["weight"]}
    assert {"1.0", "19.0", "5.25", ""} < weights
    assert not {"1", "19"} & weights


def test_text_identifiers_are_sorted_by_their_characters(
    parameters: Parameters, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLUMBLINE_PART_ROWS", "2")
    rules = SHOP.model_copy(update={"identifier_type": "string"})
    names = ["b", "B", "é", "10", "9", "z", "Z", "\U0001f3e0", "\uffee", "a b"]
    cells = ", ".join(f"('{name}', 'red', null, 2020, null, 1)" for name in names)
    query = f"select * from (values {cells}) as shop(id, color, finish, year, weight, price)"
    duckdb.connect("shop.duckdb").close()
    with closing(connect("duckdb:shop.duckdb")) as connection:
        asked = parameters.model_copy(update={"query": query, "parameters": {}})
        rows = extract(connection, asked, rules).rows
    assert list(rows.frame()["id"]) == sorted(names)
    rows.write(Path("rows.tsv"), order="rowid")
    assert list(table.read_text(Path("rows.tsv"))["id"]) == names


def test_a_cell_that_would_break_the_raw_file_is_refused(parameters: Parameters) -> None:
    duckdb.connect("shop.duckdb").close()
    with closing(connect("duckdb:shop.duckdb")) as connection:
        asked = parameters.model_copy(update={"query": "select 1 as id, 'a\tb' as color", "parameters": {}})
        with pytest.raises(PlumblineError, match=r"column 'color', row 0: .*'a\\tb'"):
            extract(connection, asked, SHOP)
