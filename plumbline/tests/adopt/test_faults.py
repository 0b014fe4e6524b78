"""Each table that nothing can be learned from is refused by one sentence that says what to do."""

from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from plumbline.adopt import source
from plumbline.adopt.study import Study, study
from plumbline.kernel.errors import PlumblineError
from plumbline.tests.adopt.conftest import rides

FAULTS = {
    "one class": (lambda frame: frame.assign(Late="No"), "Late", {}, "every row: there is nothing to learn"),
    "a class of one row": (
        lambda frame: frame.assign(Late=["Maybe", *frame["Late"][1:]]), "Late", {},
        "the class 'Maybe' of late has one row",
    ),
    "5,000 labels": (
        lambda frame: frame.assign(Late=[f"l{n % 5000}" for n in range(len(frame))]), "Late", {},
        "at most 100 can be learned",
    ),
    "no row": (lambda frame: frame[:0], "Minutes", {}, "has no row"),
    "few rows": (lambda frame: frame[:20], "Minutes", {}, "has 20 rows with a minutes: at least 50"),
    "a target that is not there": (lambda frame: frame, "Minute", {}, "no column 'Minute': did you mean Minutes"),
    "a repeated identifier": (
        lambda frame: frame, "Minutes", {"key": "Station"}, "the identifier station is not unique: .* leave --id out",
    ),
    "a missing identifier": (lambda frame: frame, "Minutes", {"key": "Distance (km)"}, "is missing in 18 rows"),
    "text as a number": (lambda frame: frame, "Kind", {"task": "regression"}, "which is no number: leave --task out"),
    "three as two": (lambda frame: frame, "Kind", {"task": "binary"}, "has 3 classes, not two"),
    "two as several": (lambda frame: frame, "Late", {"task": "multiclass"}, "say --task binary"),
    "a date": (lambda frame: frame, "Day", {}, "make a column of the days until then"),
    "nothing to learn from": (
        lambda frame: frame[["Ride ID", "Country", "Minutes"]], "Minutes", {}, "country: every row says 'CH'",
    ),
    "a decimal comma": (
        lambda frame: frame.assign(Minutes=frame["Minutes"].map("{:.2f}".format).str.replace(".", ",")), "Minutes", {},
        "the target minutes: its numbers have a decimal comma",
    ),
    "the same name twice": (
        lambda frame: frame.assign(minutes_=1), "Minutes", {}, "'Minutes' and 'minutes_' have the same name",
    ),
}  # fmt: skip


def found(frame: pd.DataFrame, target: str, folder: Path, **options: object) -> Study:
    frame.to_csv(folder / "rides.csv", index=False)
    given = {"task": None, "key": None, **options}
    return study(source.read(str(folder / "rides.csv"), folder / "copy"), target, **given)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_table_that_nothing_can_be_learned_from_is_refused(fault: str, tmp_path: Path) -> None:
    change, target, options, message = FAULTS[fault]
    with pytest.raises(PlumblineError, match=message) as caught:
        found(change(rides()), target, tmp_path, **options)
    assert "\n" not in str(caught.value)


def test_three_hundred_columns_are_all_read(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    wide = pd.DataFrame(random.normal(size=(120, 300)).round(4), columns=[f"x{n}" for n in range(300)])
    assert len(found(wide.assign(y=random.normal(size=120)), "y", tmp_path).columns) == 300


def test_many_labels_of_a_column_are_open_where_some_are_frequent_and_names_of_rows_where_none_is(
    tmp_path: Path,
) -> None:
    random = np.random.default_rng(1)
    count = 20_000
    frame = pd.DataFrame(
        {
            "plate": [f"p{n}" for n in range(count)],
            "shop": [f"s{n}" for n in (random.pareto(1, count) * 10).astype(int) % 5000],
            "x": random.normal(size=count).round(3),
            "y": random.normal(size=count).round(3),
        }
    )
    result = found(frame, "y", tmp_path)
    assert result.columns["shop"].open
    assert 50 < len(result.columns["shop"].labels) <= 200
    assert "it names rows" in result.set_aside["plate"]


@pytest.mark.parametrize("change", [lambda y: y * 1.19, np.exp, lambda y: -y])
def test_the_target_under_another_name_is_found(change: object, tmp_path: Path) -> None:
    frame = pd.DataFrame({"x": np.arange(100) % 7, "y": np.random.default_rng(1).normal(size=100)})
    result = found(frame.assign(also=change(frame["y"])), "y", tmp_path)
    assert result.set_aside == {"also": "it is the target y under another name"}


def test_classes_under_another_name_are_found_and_a_number_that_nearly_tells_them_is_named(tmp_path: Path) -> None:
    frame = rides().assign(Delay=lambda frame: frame["Late"].map({"Yes": "delayed", "No": "in time"}))
    result = found(frame, "Late", tmp_path)
    assert result.set_aside["delay"] == "it is the target late under another name"
    assert any(note.startswith("minutes nearly gives late away") for note in result.notes)


def test_few_whole_numbers_are_a_regression_that_says_how_they_become_classes(tmp_path: Path) -> None:
    frame = rides().assign(Stars=lambda frame: np.arange(len(frame)) % 5)
    result = found(frame, "Stars", tmp_path)
    assert result.asks.task == "regression"
    assert "stars has only 5 values: if they are classes, say --task multiclass" in result.notes


def test_a_column_of_decimal_commas_is_set_aside_with_what_to_do(tmp_path: Path) -> None:
    frame = rides().assign(Price=lambda frame: frame["Minutes"].map("{:.2f}".format).str.replace(".", ","))
    assert "write a point" in found(frame, "Minutes", tmp_path).set_aside["price"]


def test_names_of_other_scripts_stay_apart_and_letters_lose_their_accents(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    frame = pd.DataFrame(random.normal(size=(100, 4)).round(4), columns=["尺", "大", "Größe é", "目标"])
    result = found(frame, "目标", tmp_path)
    assert list(result.columns) == ["u5c3a", "u5927", "grosse_e"]
    assert result.target == "u76ee_u6807"


def test_a_column_of_lists_is_set_aside_and_says_how_it_can_be_had(tmp_path: Path) -> None:
    rides().assign(Tags=lambda frame: frame["Size"].map(lambda size: [size])).to_parquet(tmp_path / "rides.parquet")
    read = source.read(str(tmp_path / "rides.parquet"), tmp_path / "copy")
    result = study(read, "Minutes", task=None, key=None)
    assert result.set_aside["tags"] == "column 'Tags' holds a list: let the query select one value of it"
    with pytest.raises(PlumblineError, match="'Tags' holds a list"):
        study(read, "Tags", task=None, key=None)


def test_a_database_without_a_table_is_said(tmp_path: Path) -> None:
    duckdb.connect(str(tmp_path / "empty.duckdb")).close()
    with pytest.raises(PlumblineError, match=r"empty\.duckdb has no table$"):
        source.read(f"duckdb:{tmp_path / 'empty.duckdb'}", tmp_path)
