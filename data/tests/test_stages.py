"""Validation, preprocessing and features, on a small contract."""

from pathlib import Path

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from data.src import featurize, preprocess
from plumbline.kernel import canonical, table, validation
from plumbline.kernel.contract import Contract
from plumbline.tests.ingest.conftest import SHOP, rows


def text(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.astype(object).where(frame.notna(), "").astype(str)


def test_valid_rows_have_no_violation() -> None:
    assert validation.violations(text(rows(40)), SHOP, "f") == []


FAULTS = {
    "color": ("purple", ""),
    "finish": ("shiny",),
    "year": ("1999", "2031", "2020.5", "then", ""),
    "weight": ("-1", "51", "heavy"),
    "price": ("1001", "dear", ""),
}


@given(st.dictionaries(st.tuples(st.integers(0, 9), st.sampled_from(sorted(FAULTS))), st.integers(0, 4), min_size=1))
def test_every_violation_is_reported_with_its_line(planted: dict[tuple[int, str], int]) -> None:
    frame = text(rows(10))
    for (row, column), choice in planted.items():
        frame.loc[row, column] = FAULTS[column][choice % len(FAULTS[column])]
    found = validation.violations(frame, SHOP, "f")
    assert {(item.line, item.column) for item in found} == {(row + 2, column) for row, column in planted}


def test_columns_that_are_missing_and_unknown_are_reported() -> None:
    frame = text(rows(3)).rename(columns={"year": "jahr"})
    assert {(item.column, item.rule) for item in validation.violations(frame, SHOP, "f")} == {
        ("year", "is required and missing"),
        ("jahr", "is not in the contract"),
    }


def test_a_row_in_both_files_is_a_violation(room: Path) -> None:
    for name, frame in (("a.tsv", rows(5)), ("b.tsv", rows(5, first=5))):
        table.write_tsv(frame, Path(name))
    counts, found = validation.validate([Path("a.tsv"), Path("b.tsv")], SHOP)
    assert counts == {"a.tsv": 5, "b.tsv": 5}
    assert [(item.file, item.line, item.value) for item in found] == [("b.tsv", 2, "5")]


def typed(room: Path, frame: pd.DataFrame) -> pd.DataFrame:
    table.write_tsv(frame, room / "t.tsv")
    return table.read_tsv(room / "t.tsv", SHOP)


def test_the_preprocessor_does_not_depend_on_the_order_of_the_rows(room: Path) -> None:
    frame = typed(room, rows(40))
    for name, rest in (("a", frame), ("b", frame.sample(frac=1, random_state=1))):
        canonical.dump(preprocess.fit(rest, SHOP, seed=42), room / name)
    assert (room / "a").read_bytes() == (room / "b").read_bytes()


def test_features_are_sorted_named_and_keep_identifier_and_target(room: Path, rules: Contract) -> None:
    frame = typed(room, rows(40))
    features = featurize.featurize(frame.sample(frac=1, random_state=1), preprocess.fit(frame, rules, 42), rules)
    assert list(features) == ["id", "year", "weight", "color", "finish", "price"]
    assert list(features["id"]) == list(range(1, 41))
    assert features["weight"].isna().sum() == 8
    assert set(features.dtypes[1:-1]) == {np.dtype("float64")}


def test_a_label_that_training_did_not_see_gets_the_code_of_unknown(room: Path, rules: Contract) -> None:
    preprocessor = preprocess.fit(typed(room, rows(40)), rules, 42)
    fresh = typed(room, rows(3)).assign(color="purple")
    assert set(featurize.featurize(fresh, preprocessor, rules)["color"]) == {preprocess.UNKNOWN}


def test_dates_become_parts_and_an_open_category_knows_its_listed_labels_only(room: Path) -> None:
    day = {"type": "date", "description": "Day.", "minimum": "2020-01-01", "maximum": "2030-12-31", "optional": True}
    moment = day | {"type": "timestamp", "minimum": "2020-01-01T00:00:00Z", "maximum": "2030-12-31T00:00:00Z"}
    columns = {
        "shop": {"type": "category", "description": "Shop.", "categories": ["south", "north"], "open": True},
        "day": day,
        "at": moment,
    }
    rules = Contract.model_validate(
        {"identifier": "id", "identifier_type": "string", "target": SHOP.target.model_dump(), "columns": columns}
    )
    frame = pd.DataFrame(
        {
            "id": ["b", "a", "c"],
            "shop": ["west", "south", "north"],
            "day": ["2026-02-28", "2024-02-29", ""],
            "at": ["2026-02-28T23:59:59Z", "", "2024-02-29T00:00:00Z"],
            "price": [1, 2, 3],
        }
    )
    table.write_tsv(frame, room / "t.tsv")
    rows = table.read_tsv(room / "t.tsv", rules)
    features = featurize.featurize(rows, preprocess.fit(rows, rules, 42), rules).set_index("id")
    assert list(features["shop"]) == [1, preprocess.UNKNOWN, 0]
    assert features.loc["a", ["day.year", "day.month", "day.day", "day.weekday"]].tolist() == [2024, 2, 29, 3]
    assert features.loc["b", ["at.day", "at.hour"]].tolist() == [28, 23]
    assert features.loc["c"].filter(like="day.").isna().all()
