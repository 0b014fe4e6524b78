"""What a cell of text means."""

import pytest

from plumbline.bundle import spelling


@pytest.mark.parametrize(
    ("kind", "cell", "value"),
    [
        ("boolean", "TRUE", True),
        ("boolean", " 0 ", False),
        ("boolean", "1.0", True),
        ("boolean", "yes", "yes"),
        ("integer", "3.0", 3),
        ("integer", "3.5", 3.5),
        ("integer", "1_000", "1_000"),
        ("number", " .5 ", 0.5),
        ("number", "-1e-3", -0.001),
        ("number", "1e999", "1e999"),
        ("number", "nan", "nan"),
        ("number", "٣", "٣"),
        ("category", " a b ", "a b"),
        (None, " x ", "x"),
        ("date", "2026-01-31", "2026-01-31"),
        ("timestamp", "2026-01-31T12:00:00Z", "2026-01-31T12:00:00Z"),
        ("timestamp", "2026-01-31 12:00:00", "2026-01-31T12:00:00Z"),
        ("timestamp", "2026-01-31 12:00", "2026-01-31T12:00:00Z"),
        ("timestamp", "2026-01-31t13:00:00.25+01:00", "2026-01-31T12:00:00.250000Z"),
        ("timestamp", "2026-01-31", "2026-01-31T00:00:00Z"),
        ("timestamp", "2026-02-31 12:00:00", "2026-02-31 12:00:00"),
        ("timestamp", "0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00+14:00"),
        ("timestamp", "2026-W05-6", "2026-W05-6"),
        ("timestamp", "noon", "noon"),
    ],
)
def test_a_cell_has_one_meaning_and_what_has_none_stays(kind: str | None, cell: str, value: object) -> None:
    found = spelling.value(cell, kind)
    assert (found, type(found)) == (value, type(value))
