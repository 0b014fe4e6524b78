"""A file's cells keep their spelling unless they are numbers; what cannot be read is refused with what to do."""

from pathlib import Path

import duckdb
import pytest

from plumbline.ingest import files
from plumbline.ingest.connections import connect
from plumbline.kernel.errors import PlumblineError


def cells(text: str | bytes, name: str = "t.csv") -> list[tuple[object, ...]]:
    Path(name).write_bytes(text.encode() if isinstance(text, str) else text)
    return connect(name).query("select * from t", {})[1]


@pytest.mark.usefixtures("room")
@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Yes", "Yes"),
        ("true", "true"),
        ("007", "007"),
        ("2026-01-31", "2026-01-31"),
        ("12345678901234567890", "12345678901234567890"),
        ("NA", "NA"),
        ("-12", -12),
        (" 3 ", 3),
        ("0.50", 0.5),
        ("1e-3", 0.001),
        ("1,5", "1,5"),
    ],
)
def test_only_a_number_that_is_spelled_as_one_is_a_number(written: str, read: object) -> None:
    assert cells(f'a,b\n"{written}",x\n,y\n') == [(read, "x"), (None, "y")]


@pytest.mark.usefixtures("room")
def test_one_cell_that_is_no_number_makes_the_column_text() -> None:
    assert cells("a,b\n1,x\n2.0,x\n?,x\n") == [("1", "x"), ("2.0", "x"), ("?", "x")]


@pytest.mark.usefixtures("room")
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_that_of_the_header(separator: str) -> None:
    assert cells(
        separator.join(["name", "size"]) + "\n" + separator.join(["a, b" if separator != "," else "a", "2"])
    ) == [("a, b" if separator != "," else "a", 2)]


@pytest.mark.usefixtures("room")
@pytest.mark.parametrize(
    ("encoding", "message"),
    [
        ("utf-16", r"t\.csv is UTF-16: convert it with `iconv -f UTF-16 -t UTF-8 "),
        ("latin-1", r"t\.csv is not UTF-8 but perhaps WINDOWS-1252: convert it with `iconv -f WINDOWS-1252 -t UTF-8 "),
    ],
)
def test_another_encoding_is_refused_with_the_command_that_converts_it(encoding: str, message: str) -> None:
    with pytest.raises(PlumblineError, match=message):
        cells("stadt,preis\nKöln,1\n".encode(encoding))


@pytest.mark.usefixtures("room")
def test_a_byte_order_mark_is_no_part_of_the_first_name() -> None:
    cells("id,a\n1,2\n".encode("utf-8-sig"))
    assert connect("t.csv").query("select id from t", {})[1] == [(1,)]


def test_a_name_may_hold_quotes(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text('"a ""b""",c\n1,2\n')
    with duckdb.connect() as connection:
        assert files.load(connection, tmp_path / "t.csv", 'my "table"') == 1
        assert connection.execute('select "a ""b""" from "my ""table"""').fetchall() == [(1,)]


@pytest.mark.usefixtures("room")
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"t\.csv is empty: its first line has to name the columns"),
        ("a,b\n" + "1,2\n" * 5 + "1,2,3\n", "line 7 has 3 cells, and the first has 2"),
        ('a,b\n1,2\n"x,2\n', "line 3: unexpected end of data"),
    ],
)
def test_a_file_that_is_no_table_is_refused_by_its_line_and_no_row_is_skipped(text: str, message: str) -> None:
    for load in (True, False):
        Path("t.csv").write_text(text)
        with pytest.raises(PlumblineError, match=message) as caught:
            connect("t.csv", load)
        assert "\n" not in str(caught.value)
