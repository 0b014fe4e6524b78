"""Made-up tables obey the contract, are the same bytes for the same seed, and are made a group of rows at a time."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from plumbline.ingest import generate
from plumbline.kernel import hashing, table, validation
from plumbline.kernel.contract import Contract
from plumbline.kernel.errors import PlumblineError
from plumbline.tests.ingest.conftest import rows

COUNT = 2_500
Generate = Callable[..., Path]


@pytest.fixture
def made(room: Path, rules: Contract, monkeypatch: pytest.MonkeyPatch) -> Generate:
    """Makes tables like a small one, a thousand rows at a time."""
    monkeypatch.setattr(generate, "GROUP", 1_000)
    table.write_tsv(rows(60), room / "own.tsv")
    own = table.read_text(room / "own.tsv")

    def make(name: str, count: int = COUNT, seed: int = 1) -> Path:
        generate.generate(room / name, count, seed, own, rules)
        return room / name

    return make


def test_each_row_obeys_the_contract_and_has_a_number_of_its_own(made: Generate, rules: Contract) -> None:
    path = made("a.tsv")
    written = pd.read_csv(path, sep="\t", keep_default_na=False, dtype=str)
    table.write_tsv(written, path)
    counts, violations = validation.validate([path], rules)
    assert (list(counts.values()), violations) == ([COUNT], [])
    assert list(written["id"]) == [str(number) for number in range(1, COUNT + 1)]


def test_rows_look_like_the_house_s_own_and_are_not_the_same(made: Generate) -> None:
    found, own = pd.read_parquet(made("a.parquet")), rows(60)
    assert set(found["color"]) == set(own["color"])
    assert set(found["price"]) <= set(own["price"])  # what is predicted stays as it is
    assert found["weight"].nunique() > own["weight"].nunique()
    assert found["weight"].isna().mean() == pytest.approx(own["weight"].isna().mean(), abs=0.05)
    both = pd.DataFrame({"finish": found["finish"].isna(), "color": found["color"]}).value_counts(normalize=True)
    assert set(both.index) == {(own["finish"].isna()[i], own["color"][i]) for i in own.index}
    assert found["weight"].min() >= 0


def test_the_same_seed_gives_the_same_bytes_which_are_known(made: Generate) -> None:
    assert made("a.csv", 3).read_text().splitlines()[1:] == [
        '1,"None","gloss",2020,3.939,7.75',
        '2,"None","matt",2020,7.163,14.5',
        '3,"red","gloss",2020,1.227,2.25',
    ]
    assert hashing.digest(made("a.parquet")) == hashing.digest(made("b.parquet"))
    assert hashing.digest(made("c.parquet", seed=2)) != hashing.digest(made("b.parquet"))


def test_it_is_written_in_groups_and_their_size_changes_no_row(made: Generate, monkeypatch: pytest.MonkeyPatch) -> None:
    few = made("few.parquet")
    about = pq.ParquetFile(few)
    assert [about.metadata.row_group(i).num_rows for i in range(about.num_row_groups)] == [1_000, 1_000, 500]
    monkeypatch.setattr(generate, "GROUP", 300)
    assert pq.read_table(made("many.parquet")).equals(pq.read_table(few))
    assert pq.read_table(made("more.parquet", 2 * COUNT)).slice(0, COUNT).equals(pq.read_table(few))


@pytest.mark.parametrize(
    ("name", "count", "message"), [("a.xlsx", 1, r"ends in none of \.csv"), ("a.csv", 0, "one row")]
)
def test_what_cannot_be_made_is_said(made: Generate, name: str, count: int, message: str) -> None:
    with pytest.raises(PlumblineError, match=message):
        made(name, count)
    assert not Path(name).exists()
