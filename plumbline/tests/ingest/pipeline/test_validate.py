"""What is validated is what the query reads, or the file as it is if the query is for another table."""

from pathlib import Path

import pytest

from plumbline.ingest.extract import Parameters
from plumbline.ingest.pipeline import fetch, quarantine, validate
from plumbline.ingest.pipeline.work import Work
from plumbline.kernel import jsonfile, table
from plumbline.tests.ingest.conftest import SHOP, rows


@pytest.fixture
def work(room: Path) -> Work:
    return Work(room / "work")


@pytest.fixture
def other_table(parameters: Parameters) -> Parameters:
    """A query for a table with columns of its own."""
    return parameters.model_copy(update={"query": "select Key as id from shop where year <= $last_year"})


def test_the_query_selects_what_is_validated(work: Work, parameters: Parameters) -> None:
    rows(40).assign(year=[2020] * 30 + [2025] * 10).to_csv("in.csv", index=False)
    fetch.fetch(work, "in.csv", 1 << 20)

    validate.validate(work, parameters, SHOP)

    assert len(table.read_text(work.rows)) == 30
    assert jsonfile.read(work.report)["extraction"]["query"] == parameters.query


@pytest.mark.parametrize("suffix", ["csv", "tsv", "parquet"])
def test_a_file_in_the_columns_of_the_contract_is_taken_as_it_is(
    work: Work, other_table: Parameters, suffix: str
) -> None:
    given = rows(40).assign(year=2025).iloc[::-1]
    if suffix == "parquet":
        given.to_parquet("in.parquet")
    else:
        given.to_csv(f"in.{suffix}", sep="," if suffix == "csv" else "\t", index=False)
    fetch.fetch(work, f"in.{suffix}", 1 << 20)

    validate.validate(work, other_table, SHOP)

    assert list(table.read_text(work.rows)["id"]) == [str(number) for number in range(40, 0, -1)]
    assert jsonfile.read(work.report)["extraction"]["query"] == 'select * from "shop"'


def test_the_lines_of_the_report_are_those_of_the_file(work: Work, other_table: Parameters) -> None:
    given = rows(40).iloc[::-1].astype({"price": object})
    given.iloc[5, given.columns.get_loc("price")] = "dear"
    given.to_csv("in.tsv", sep="\t", index=False)
    fetch.fetch(work, "in.tsv", 1 << 20)

    with pytest.raises(quarantine.RefusedError):
        validate.validate(work, other_table, SHOP)

    found = jsonfile.read(next(work.quarantine.glob("*/report.json")))["violations"]
    assert [(item["line"], item["column"], item["value"]) for item in found] == [(7, "price", "dear")]
    assert Path("in.tsv").read_text().splitlines()[6].split("\t")[5] == "dear"
    assert not work.report.exists()
