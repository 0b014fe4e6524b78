"""The past of a table that was adopted with its time can be replayed: what `plumb rehearse` reads and changes."""

from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest

from plumbline.adopt import command
from plumbline.ingest import extract, warehouse
from plumbline.ingest.connections import connect
from plumbline.ingest.splitting import split
from plumbline.kernel import contract, table, validation
from plumbline.kernel.config import section
from plumbline.loop.rehearse import past
from plumbline.tests.adopt.conftest import rides

LATER = {"Minutes": ["Late", "Kind"], "Late": ["Kind", "Seconds", "Minutes"], "Kind": ["Late", "Seconds", "Minutes"]}


@pytest.fixture(params=LATER)
def target(request: pytest.FixtureRequest, house: Path) -> str:
    """A house that has taken the rides with what each is dated by; the name of its target."""
    name: str = request.param
    rides(600).drop(columns=LATER[name]).to_csv("rides.csv", index=False)
    command.main("rides.csv", target=name, time="Start")
    warehouse.main()
    return name


def rows_of(part: past.Part, query: str | None = None) -> tuple[pd.DataFrame, extract.Parameters]:
    """Extract as the step of the rehearsal does that reads up to the end of a part."""
    asked = section(extract.Parameters, past.PARAMETERS, "extract").model_dump()
    for name, value in part.extract.items():
        asked[name].update(value)
    parameters = extract.Parameters.model_validate(asked | ({"query": query} if query else {}))
    with closing(connect(parameters.connection)) as connection:
        return extract.extract(connection, parameters, contract.read(past.CONTRACT)).rows.frame(), parameters


def test_each_part_ends_where_it_says_and_has_rows_to_learn_and_to_judge(target: str) -> None:
    how, rules = past.settings(), contract.read(past.CONTRACT)
    counts = []
    for part in how.parts:
        rows, asked = rows_of(part)
        assert rows["start"].str[:7].max() == part.until
        training, evaluation = split(rows, rules.identifier, asked.salt, asked.evaluation_percent, asked.split)
        assert training["start"].max() < evaluation["start"].min()
        assert len(evaluation) == pytest.approx(0.2 * len(rows), rel=0.2)
        counts.append(len(rows))
    months = past.by_month()
    assert list(months) == sorted(months)
    assert min(months) > how.parts[0].until
    assert sum(map(len, months.values())) == counts[2] - counts[0]
    assert counts[2] == 599  # but the demo's row


def test_the_mistake_changes_the_target_of_most_rows_and_breaks_no_rule(target: str, tmp_path: Path) -> None:
    how, rules = past.settings(), contract.read(past.CONTRACT)
    right, asked = rows_of(how.parts[2])
    assert asked.query.count(how.mistake.right) == 1
    wrong, _ = rows_of(how.parts[2], asked.query.replace(how.mistake.right, how.mistake.wrong))
    assert (wrong[rules.target.name] != right[rules.target.name]).mean() > 0.9
    pd.testing.assert_frame_equal(wrong.drop(columns=rules.target.name), right.drop(columns=rules.target.name))
    table.write_tsv(wrong, tmp_path / "wrong.tsv")
    assert not list(validation.violations(table.read_text(tmp_path / "wrong.tsv"), rules, "wrong.tsv"))


@pytest.mark.parametrize(
    ("count", "options", "why"),
    [
        (300, {}, "no --time COLUMN"),
        (300, {"time": "Distance (km)"}, "no --time COLUMN"),
        (120, {"time": "Day"}, "the months of day cannot be parted in three of 50 rows each"),
    ],
)
def test_what_cannot_be_replayed_is_said(
    house: Path, capsys: pytest.CaptureFixture[str], count: int, options: dict[str, str], why: str
) -> None:
    rides(count).fillna({"Distance (km)": 1.0}).to_csv("rides.csv", index=False)
    command.main("rides.csv", target="Minutes", **options)
    assert f"nothing can be rehearsed: {why}" in "".join(capsys.readouterr())
    assert not past.SETTINGS.exists()
