"""The tables that come with the product are adopted by name; the one that is made is the same on every machine."""

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from plumbline.adopt import command, source
from plumbline.adopt.examples import catalogue, deliveries
from plumbline.adopt.study import study
from plumbline.kernel import contract
from plumbline.kernel.errors import PlumblineError
from plumbline.testing.repository import ROOT, run


def test_an_unknown_name_lists_the_examples_with_a_line_each() -> None:
    with pytest.raises(PlumblineError, match="there is no example 'wine': name one of") as caught:
        command.main(example="wine")
    lines = str(caught.value).splitlines()[1:]
    assert [line.split()[0] for line in lines] == list(catalogue.EXAMPLES)
    assert max(map(len, lines)) <= 120


def test_the_help_names_the_examples() -> None:
    said = " ".join(run(ROOT, "plumb", "adopt", "--help").stdout.split())
    *first, last = catalogue.EXAMPLES
    assert f"{', '.join(first)} or {last}" in said


@pytest.mark.parametrize(
    ("given", "options", "message"),
    [
        ("rides.csv", {"example": "wines"}, "leave TABLE and --target out"),
        (None, {"example": "wines", "target": "hue"}, "leave TABLE and --target out"),
        ("rides.csv", {}, "name a table and the column to predict"),
        (None, {"target": "hue"}, "or one of the examples"),
    ],
)
def test_a_table_and_an_example_are_not_both_named_nor_neither(
    given: str | None, options: dict[str, str], message: str
) -> None:
    with pytest.raises(PlumblineError, match=message):
        command.main(given, **options)


def test_a_binary_example_has_missing_values(house: Path) -> None:
    command.main(example="biopsies")
    rules = contract.read(Path("data/contract.yaml"))
    assert (rules.task, rules.target.categories, rules.positive) == ("binary", ("benign", "malignant"), "malignant")
    assert [name for name, column in rules.columns.items() if column.optional] == ["bare_nuclei"]
    assert len(rules.columns) == 9


def test_a_multiclass_example_has_a_column_of_each_analysis(house: Path) -> None:
    command.main(example="wines")
    rules = contract.read(Path("data/contract.yaml"))
    assert (rules.task, rules.target.categories) == ("multiclass", ("first", "second", "third"))
    assert {column.type for column in rules.columns.values()} == {"integer", "number"}
    assert len(rules.columns) == 13


def test_a_regression_example_is_split_by_time(house: Path) -> None:
    command.main(example="ridership", dry_run=True)
    known = catalogue.EXAMPLES["ridership"]
    found = source.read(str(catalogue.table("ridership", house)), house / "copy")
    assert (known.time, known.unit) == ("date", "thousand rides")
    assert study(found, known.target, task=None, key=None).columns["date"].kind == "date"


def test_the_made_example_has_every_kind_of_column(tmp_path: Path) -> None:
    deliveries.frame(4_000, 1).to_csv(tmp_path / "deliveries.csv", index=False)
    found = study(source.read(str(tmp_path / "deliveries.csv"), tmp_path), "Minutes (min)", task=None, key=None)
    assert found.identifier == "delivery_id"
    assert {name: reading.kind for name, reading in found.columns.items()} == {
        "ordered_at": "timestamp", "promised_on": "date", "shop": "category", "distance_km": "number",
        "parcels": "integer", "express": "boolean", "vehicle": "category", "weather": "category",
    }  # fmt: skip
    assert [name for name, reading in found.columns.items() if reading.open] == ["shop"]
    missing = (found.rows == "").mean()
    assert list(missing[missing > 0].index) == ["distance_km", "weather"]


def test_a_seed_gives_the_same_bytes_and_more_rows_change_none() -> None:
    few, many = deliveries.frame(1_000, 18), deliveries.frame(2_000, 18)
    pd.testing.assert_frame_equal(few, many[:1_000])
    assert not few.equals(deliveries.frame(1_000, 19))
    written = few.to_csv(index=False, lineterminator="\n").encode()
    assert hashlib.sha256(written).hexdigest() == "0c4abdbd1cec9b3bac9e8df9787da6f51ce1658b085444f6d282d5e2f01e0a7e"


def test_nobody_can_be_nearer_to_the_made_example_than_its_noise(monkeypatch: pytest.MonkeyPatch) -> None:
    told = deliveries.frame(20_000, 1)["Minutes (min)"].astype(float)
    best = deliveries.best_rmse()
    monkeypatch.setattr(deliveries, "_NOISE_SECONDS", 0)
    error = told - deliveries.frame(20_000, 1)["Minutes (min)"].astype(float)
    assert error.mean() == pytest.approx(0, abs=0.1)
    assert np.sqrt((error**2).mean()) == pytest.approx(best, rel=0.02)
