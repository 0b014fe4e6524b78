"""The rows that are scored come from a database as its cells are spelled, whatever else its table holds."""

import psycopg

from plumbline.local.score import rows
from plumbline.testing.postgresql import Server


def test_a_table_of_postgresql_is_read_a_part_at_a_time_and_lists_are_passed_on_as_json(postgresql: Server) -> None:
    url = postgresql.database()
    with psycopg.connect(url) as database:
        database.execute(
            'create table "Rides"'
            " (ride text, start timestamptz, km numeric(8, 2), member boolean, tags text[], more jsonb);"
            """insert into "Rides" select 'r' || n, '2025-01-31T12:00:00+01', null, n > 1, '{a,b}', '{"n": 1}'"""
            " from generate_series(1, 3) as n"
        )
    with rows.opened(url, size=2) as table:
        parts = list(table.parts)
    assert table.columns == ["ride", "start", "km", "member", "tags", "more"]
    assert [part.rows for part in parts] == [2, 1]
    first = [cells.texts[cells.codes[0]] for cells in parts[0].columns]
    assert first == ["r1", "2025-01-31T11:00:00Z", "", "false", '["a", "b"]', '{"n": 1}']
