"""Whatever number of rows is in memory at once, the stages say and write the same."""

import random
from pathlib import Path

import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.preprocessing import StandardScaler

from data.src import featurize, preprocess
from plumbline.kernel import canonical, parquet, table, validation
from plumbline.tests.ingest.conftest import SHOP, rows

FILES = [Path("a.tsv"), Path("b.tsv")]
FAULTS = {
    "id": ("", "x", "1", "30", "30", "31"),
    "color": ("purple", ""),
    "year": ("1999", "2020.5", ""),
    "weight": ("51", "heavy"),
    "price": ("", "dear"),
}


def write(path: Path, frame: pd.DataFrame) -> None:
    table.write_tsv(frame.astype(object).where(frame.notna(), "").astype(str), path)


@pytest.mark.parametrize("seed", range(5))
def test_the_violations_are_the_same_in_the_same_order(seed: int, room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(seed)
    for path, first in zip(FILES, (1, 31), strict=True):
        frame = rows(30, first).astype(object)
        for _ in range(seed * 3):
            column = chance.choice(sorted(FAULTS))
            frame.loc[chance.randrange(30), column] = chance.choice(FAULTS[column])
        write(path, frame)
    expected = validation.validate(FILES, SHOP)
    alone = [item for path in FILES for item in validation.violations(table.read_text(path), SHOP, path.as_posix())]
    assert [item for item in expected[1] if "stands in" not in item.rule] == alone
    for size in ("1", "7"):
        monkeypatch.setenv("PLUMBLINE_PART_ROWS", size)
        assert validation.validate(FILES, SHOP) == expected


def test_what_the_header_lacks_is_said_once_and_an_empty_table_has_a_header(
    room: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLUMBLINE_PART_ROWS", "7")
    write(FILES[0], rows(30).rename(columns={"id": "number"}))
    write(FILES[1], rows(0).rename(columns={"year": "jahr"}))
    counts, found = validation.validate(FILES, SHOP)
    assert counts == {"a.tsv": 30, "b.tsv": 0}
    assert [(item.file, item.column) for item in found] == [
        ("a.tsv", "id"), ("a.tsv", "number"), ("b.tsv", "jahr"), ("b.tsv", "year"),
    ]  # fmt: skip


@pytest.mark.parametrize("size", [1, 7, 100])
def test_the_preprocessor_and_the_features_have_the_same_bytes(
    size: int, room: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "GROUP", 10)
    write(FILES[0], rows(40))
    write(FILES[1], rows(40).sample(frac=1, random_state=1))
    frame = table.read_tsv(FILES[0], SHOP)
    whole = preprocess.fit(frame, SHOP, 42)
    canonical.dump(whole, Path("whole.joblib"))
    featurize.featurize(frame, whole, SHOP).to_parquet("whole.parquet", index=False, row_group_size=10)
    for path in FILES:
        seen = preprocess.telling(table.typed_parts(path, SHOP, size), SHOP)
        assert len(seen) < 10
        canonical.dump(preprocess.fit(seen, SHOP, 42), Path("parts.joblib"))
        assert Path("parts.joblib").read_bytes() == Path("whole.joblib").read_bytes()
        parts = table.sorted_parts(path, SHOP, size)
        parquet.write((featurize.featurize(part, whole, SHOP) for part in parts), Path("parts.parquet"))
        assert Path("parts.parquet").read_bytes() == Path("whole.parquet").read_bytes(), path


def test_a_step_that_learns_from_numbers_sees_every_row(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(FILES[0], rows(40))
    scaled = ColumnTransformer([("numbers", StandardScaler(), SHOP.numbers)])
    monkeypatch.setattr(preprocess, "build", lambda rules: scaled)
    seen = preprocess.telling(table.typed_parts(FILES[0], SHOP, 7), SHOP)
    pd.testing.assert_frame_equal(seen, table.read_tsv(FILES[0], SHOP))
