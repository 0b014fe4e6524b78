import tempfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumbline.kernel import table
from plumbline.kernel.contract import Contract
from plumbline.kernel.errors import PlumblineError

CELL = st.text(st.characters(codec="utf-8", exclude_characters="\t\r\n\0\ufeff"), min_size=1, max_size=9)


@given(st.lists(st.tuples(CELL, CELL), min_size=1))
def test_text_comes_back_as_it_was_written(cells: list[tuple[str, str]]) -> None:
    frame = pd.DataFrame(cells, columns=["a", "b"], dtype=object)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "t.tsv")
        table.write_tsv(frame, path)
        assert table.read_text(path).to_numpy().tolist() == [list(row) for row in cells]


def test_an_empty_cell_is_missing_and_a_label_is_not(tmp_path: Path) -> None:
    (tmp_path / "t.tsv").write_text("a\tb\nNone\t\nNA\tnull\n")
    assert table.read_text(tmp_path / "t.tsv").to_numpy().tolist() == [["None", ""], ["NA", "null"]]


@pytest.mark.parametrize("character", ["\t", "\n", "\r"])
def test_a_cell_that_would_break_the_table_is_refused(tmp_path: Path, character: str) -> None:
    with pytest.raises(PlumblineError, match="column 'a', row 1"):
        table.write_tsv(pd.DataFrame({"a": ["x", f"y{character}z"]}), tmp_path / "t.tsv")


@pytest.mark.parametrize(
    ("content", "message"), [(None, "dvc pull"), (b"", "not a table"), (b"a\n\xff", "not a table")]
)
def test_what_is_no_table_says_so(tmp_path: Path, content: bytes | None, message: str) -> None:
    if content is not None:
        (tmp_path / "t.tsv").write_bytes(content)
    with pytest.raises(PlumblineError, match=message):
        table.read_text(tmp_path / "t.tsv")


def test_a_typed_table_has_numbers_for_all_but_labels(tmp_path: Path) -> None:
    rules = Contract.model_validate(
        {
            "task": "binary",
            "identifier": "key",
            "identifier_type": "string",
            "target": {"name": "left", "type": "category", "description": "", "categories": ["no", "yes"]},
            "columns": {
                "since": {"type": "date", "description": "", "minimum": "1970-01-01", "maximum": "2030-01-01"},
                "active": {"type": "boolean", "description": "", "optional": True},
                "plan": {"type": "category", "description": "", "categories": ["NA"], "optional": True},
            },
        }
    )
    (tmp_path / "t.tsv").write_text(
        "key\tsince\tactive\tplan\tleft\n007\t1970-01-03\ttrue\tNA\tno\nx\t1970-01-01\t\t\tyes\n"
    )
    frame = table.read_tsv(tmp_path / "t.tsv", rules)
    assert frame["key"].tolist() == ["007", "x"]
    assert frame["since"].tolist() == [2.0, 0.0]
    assert frame["active"].fillna(-1).tolist() == [1.0, -1.0]
    assert (frame["plan"].tolist(), frame["left"].tolist()) == (["NA", ""], ["no", "yes"])
