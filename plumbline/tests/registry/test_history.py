import datetime

import pytest

from plumbline.kernel.errors import PlumblineError
from plumbline.registry import history
from plumbline.registry.ledger import Entry


def told(*facts):
    """Give entries, one a day from the first of January, from (event, version, more)."""
    return [
        Entry(
            event=event, version=version, model="toys", number=number, at=f"2026-01-{number:02}T12:00:00.000+00:00",
            previous="", sha256="", **{"actor": "human:ada", "git_commit": f"commit{version}"} | more,
        )
        for number, (event, version, more) in enumerate(facts, start=1)
    ]  # fmt: skip


ENTRIES = told(
    ("registered", "1", {}),
    ("promoted", "1", {}),
    ("deployed", "1", {"environment": "production"}),
    ("promoted", "2", {}),
    ("deployed", "2", {"environment": "production"}),
    ("rolled-back", "1", {"actor": "automation:canary"}),
)


@pytest.mark.parametrize(
    ("at", "champion", "production"),
    [
        ("2026-01-01", None, None),
        ("2026-01-02T11:59:59", None, None),
        ("2026-01-02T12:00:00", "1", None),
        ("2026-01-03", "1", "1"),
        ("2026-01-04T13:00:00+01:00", "2", "1"),
        ("2026-01-05", "2", "2"),
        ("2027-01-01", "1", "2"),
    ],
)
def test_says_what_served_at_a_time(at, champion, production):
    found = history.serving(ENTRIES, history.moment(at))

    versions = {place: entry.version for place, entry in found.items()}
    assert versions.get("toys champion") == champion
    assert versions.get("toys in production") == production


def test_says_what_it_was_built_from():
    lines = history.answer(ENTRIES, history.moment("2026-01-04"))

    assert "  toys champion: version 2, since 2026-01-04T12:00:00Z (line 4)" in lines
    assert "    commit   commit2" in lines


def test_says_that_nothing_served():
    assert history.answer([], datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)) == [
        "Nothing served at 2026-01-01T00:00:00+00:00."
    ]


def test_refuses_what_is_no_time():
    with pytest.raises(PlumblineError, match="'yesterday' is no time"):
        history.moment("yesterday")


def test_goes_back_through_champions_in_the_order_of_their_promotion():
    entries = told(("promoted", "1", {}), ("promoted", "2", {}), ("promoted", "3", {}), ("rolled-back", "2", {}))

    assert history.champions(entries, "toys") == ["1", "2"]
    assert history.champions(entries, "other") == []


@pytest.mark.parametrize(
    ("later", "held"),
    [
        ([], True),
        ([("promoted", "3", {})], True),
        ([("rolled-back", "1", {"actor": "automation:canary"})], True),
        ([("hold-released", None, {})], False),
    ],
)
def test_a_persons_rollback_holds_until_it_is_released(later, held):
    entries = told(("promoted", "1", {}), ("promoted", "2", {}), ("rolled-back", "1", {}), *later)

    assert bool(history.hold(entries, "toys")) is held
    assert not history.hold(entries, "other")


def test_writes_an_entry_on_one_line():
    entry = told(("rolled-back", "1", {"replaced": "2", "reason": "complaints"}))[0]

    assert history.describe(entry) == (
        "   1  2026-01-01T12:00:00Z  rolled-back   toys version 1 instead of 2 by human:ada (complaints)"
    )
