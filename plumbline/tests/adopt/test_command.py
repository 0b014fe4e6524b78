"""A table that nobody prepared becomes a contract that its rows obey, and a second time keeps what a person wrote."""

import re
from contextlib import closing
from pathlib import Path

import duckdb
import pandas as pd
import psycopg
import pytest
import yaml

from plumbline.adopt import command
from plumbline.ingest import extract, sample, warehouse
from plumbline.ingest.connections import connect
from plumbline.kernel import contract, table
from plumbline.kernel.config import section
from plumbline.kernel.errors import PlumblineError
from plumbline.product import house as names
from plumbline.testing.postgresql import Server
from plumbline.testing.repository import ROOT, run
from plumbline.tests.adopt.conftest import rides


def adopted(table: str, target: str, **options: object) -> contract.Contract:
    command.main(table, target=target, **options)
    return contract.read(Path("data/contract.yaml"))


def extracted() -> extract.Extracted:
    """The rows as `make data` would load them."""
    parameters = section(extract.Parameters, Path("data/params.yaml"), "extract")
    warehouse.main()
    with closing(connect(parameters.connection)) as connection:
        return extract.extract(connection, parameters, contract.read(Path("data/contract.yaml")))


def test_each_column_is_what_it_means_and_the_target_under_another_name_is_set_aside(
    house: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rides().to_csv("Bike Rides.csv", index=False)
    rules = adopted("Bike Rides.csv", "Minutes", unit="minutes")
    kinds = {name: column.type for name, column in rules.columns.items()}
    assert kinds == {
        "start": "timestamp", "day": "date", "distance_km": "number", "size": "category", "member": "boolean",
        "helmet": "category", "zone": "category", "station": "category", "late": "category", "kind": "category",
    }  # fmt: skip
    assert (rules.identifier, rules.identifier_type, rules.task) == ("ride_id", "string", "regression")
    assert rules.columns["size"].categories == ("Small", "Medium", "Large")
    assert rules.columns["helmet"].categories == ("No", "Yes")
    assert rules.columns["zone"].categories == ("007", "012")
    assert rules.columns["station"].open
    assert rules.columns["distance_km"].optional
    assert (rules.columns["distance_km"].unit, rules.columns["distance_km"].label) == ("km", "Distance")
    assert (rules.target.name, rules.target.unit) == ("minutes", "minutes")
    said = capsys.readouterr().out
    for reason in (
        "seconds: it is the target minutes under another name",
        "country: every row says 'CH'",
        "gone: every cell is missing",
        "remark: free text",
    ):
        assert f"set aside: {reason}" in said
    assert "remark" in Path(".plumbline/adopt/report.html").read_text()


def test_make_data_extracts_it_and_the_demo_finds_a_row_that_training_has_not_seen(house: Path) -> None:
    rides().to_csv("rides.csv", index=False)
    rules = adopted("rides.csv", "Minutes")
    parameters = section(extract.Parameters, Path("data/params.yaml"), "extract")
    found = extracted()
    assert len(found.rows.frame()) == 299
    extract.load(found, parameters, rules, new_version=False)
    sample.main(output=Path("sample.json"))
    row = yaml.safe_load(Path("sample.json").read_text())
    assert set(row["input"]) == set(rules.columns)
    assert row["identifier"]["ride_id"] not in set(found.rows.frame()["ride_id"])


def test_nothing_of_the_example_remains_and_the_limits_are_the_tables_own(house: Path) -> None:
    rides().to_csv("rides.csv", index=False)
    adopted("rides.csv", "Minutes", name="Travel Time")
    for gone in ("dvc.lock", "expected_hashes.txt", "data/warehouse/sales.tsv", "data/raw/training_data.tsv.dvc"):
        assert not Path(gone).exists()
    assert names.read().house.model == "travel-time"
    model = yaml.safe_load(Path("model/params.yaml").read_text())
    assert model["bundle"]["model"] == "travel-time"
    assert model["evaluate"]["slice_by"] in contract.read(Path("data/contract.yaml")).columns
    gate = yaml.safe_load(Path("model/configs/gate.yaml").read_text())
    assert set(gate["absolute"]) == {"rmse", "r2"}
    assert 0.5 < gate["absolute"]["r2"]["minimum"] < 1
    assert "# " in Path("model/configs/gate.yaml").read_text()
    written = ("data/contract.yaml", "data/params.yaml", "model/params.yaml", "model/configs/gate.yaml")
    run(house, "yamllint", "--strict", "--config-file", str(ROOT / ".yamllint.yaml"), *written)
    assert "TODO" in Path("data/warehouse/README.md").read_text()
    for document in ("README.md", "model/README.md", "data/README.md"):
        assert not re.search(r"\bsales?\b|dollars|<!--", Path(document).read_text()), document


def test_a_dry_run_writes_nothing_but_its_report(house: Path) -> None:
    rides().to_csv("rides.csv", index=False)
    before = {path: path.read_bytes() for path in house.rglob("*") if path.is_file()}
    command.main("rides.csv", target="Minutes", dry_run=True)
    after = {path: path.read_bytes() for path in house.rglob("*") if path.is_file() and ".plumbline" not in path.parts}
    assert after == before


@pytest.mark.parametrize(
    ("target", "task", "classes"),
    [
        ("Late", "binary", ("No", "Yes")),
        ("Member", "binary", ("False", "True")),
        ("Kind", "multiclass", ("short", "medium", "long")),
    ],
)
def test_text_and_booleans_are_classes(house: Path, target: str, task: str, classes: tuple[str, ...]) -> None:
    rides().to_csv("rides.csv", index=False)
    rules = adopted("rides.csv", target)
    assert rules.task == task
    assert rules.target.categories == classes
    assert rules.positive == (classes[-1] if task == "binary" else "")
    gate = yaml.safe_load(Path("model/configs/gate.yaml").read_text())
    assert gate["champion"]["metric"] == "log_loss"


def test_a_class_with_fewer_rows_than_training_has_folds_is_refused_before_anything_is_written(house: Path) -> None:
    rides().assign(Kind=lambda frame: frame["Kind"].where(frame.index > 1, "odd")).to_csv("rides.csv", index=False)
    before = Path("data/contract.yaml").read_bytes()
    with pytest.raises(
        PlumblineError, match=r"each class of kind needs 5 rows for training.* odd \([0-2]\): give them"
    ):
        adopted("rides.csv", "Kind")
    assert Path("data/contract.yaml").read_bytes() == before


def test_a_table_of_postgresql_is_extracted_and_tables_of_other_schemas_are_not_offered(
    house: Path, postgresql: Server
) -> None:
    url = postgresql.database()
    with psycopg.connect(url) as database:
        database.execute(
            'create table "Rides" ("Ride ID" text, "Start" timestamptz, "Distance (km)" numeric(8, 2),'
            ' "Member" boolean, "Tags" text[], "Minutes" double precision);'
            " create schema other; create table other.deals (id int)"
        )
        with database.cursor().copy('copy "Rides" from stdin') as rows:
            for ride in rides().itertuples(index=False):
                rows.write_row(
                    (ride[0], ride.Start, None if pd.isna(ride[3]) else ride[3], ride.Member, ["a"], ride.Minutes)
                )
    with pytest.raises(PlumblineError, match=r"has no table 'deals': write .*#TABLE, where TABLE is one of Rides$"):
        adopted(f"{url}#deals", "Minutes")
    rules = adopted(url, "Minutes", time="Start")
    assert {name: column.type for name, column in rules.columns.items()} == {
        "start": "timestamp", "distance_km": "number", "member": "boolean",
    }  # fmt: skip
    assert len(extracted().rows.frame()) == 299


def test_zero_and_one_are_classes_unless_a_person_says_otherwise(house: Path) -> None:
    rides().assign(Late=lambda frame: (frame["Minutes"] > 40).astype(int)).to_csv("rides.csv", index=False)
    assert adopted("rides.csv", "Late").target.categories == ("0", "1")


def test_rows_without_an_identifier_get_one_that_is_the_same_every_time(house: Path) -> None:
    rides().drop(columns=["Ride ID", "Remark"]).iloc[[*range(300), 5, 5]].to_csv("rides.csv", index=False)
    rules = adopted("rides.csv", "Minutes")
    assert rules.identifier == "row_id"
    first = extracted().rows.frame()
    rides().drop(columns=["Ride ID", "Remark"]).iloc[[5, *range(299, -1, -1), 5]].to_csv("rides.csv", index=False)
    adopted("rides.csv", "Minutes")
    assert list(extracted().rows.frame()["row_id"]) == list(first["row_id"])
    assert first["row_id"].is_unique


@pytest.mark.parametrize("options", [{"time": "Day"}, {"group": "Station"}])
def test_rows_for_evaluation_are_the_latest_or_whole_groups(house: Path, options: dict[str, str]) -> None:
    rides().to_csv("rides.csv", index=False)
    rules = adopted("rides.csv", "Minutes", **options)
    parameters = section(extract.Parameters, Path("data/params.yaml"), "extract")
    extract.load(extracted(), parameters, rules, new_version=False)
    training, evaluation = (table.read_text(path) for path in (parameters.training, parameters.evaluation))
    if "time" in options:
        assert training["day"].max() < evaluation["day"].min()
    else:
        assert not set(training["station"]) & set(evaluation["station"])
    assert 20 < len(evaluation) < 120


def test_a_table_of_a_database_stays_there(house: Path) -> None:
    rides().to_csv("rides.csv", index=False)
    with duckdb.connect("shop.duckdb") as database:
        database.execute("create table \"Rides\" as from 'rides.csv'; create table other as select 1 as one")
    Path("rides.csv").unlink()
    adopted("duckdb:shop.duckdb#Rides", "Minutes")
    parameters = section(extract.Parameters, Path("data/params.yaml"), "extract")
    assert (parameters.connection, parameters.table) == ("duckdb:shop.duckdb", "Rides")
    assert len(extracted().rows.frame()) == 299


def test_again_without_its_options_the_evaluation_set_stays(house: Path) -> None:
    rides().to_csv("rides.csv", index=False)
    adopted("rides.csv", "Minutes", time="Day")
    path = Path("data/params.yaml")
    for old, new in {"salt: standard-evaluation-set": "salt: ours", "watermark: day": "watermark: start"}.items():
        path.write_text(path.read_text().replace(old, new))
    before = section(extract.Parameters, path, "extract")
    rides(400).to_csv("rides.csv", index=False)
    adopted("rides.csv", "Minutes")
    after = section(extract.Parameters, path, "extract")
    assert (after.split, after.salt) == (before.split, "ours")
    assert "watermark: start" in path.read_text()
    rides().drop(columns="Day").to_csv("rides.csv", index=False)
    with pytest.raises(PlumblineError, match="rows cannot be chosen for evaluation by day"):
        adopted("rides.csv", "Minutes")


@pytest.mark.parametrize("key", ["Ride ID", None], ids=["an identifier", "none"])
def test_again_a_query_that_a_person_has_edited_stays_and_what_it_leaves_out_is_said(
    house: Path, capsys: pytest.CaptureFixture[str], key: str | None
) -> None:
    dropped = [] if key else ["Ride ID"]
    rides().drop(columns=dropped).to_csv("rides.csv", index=False)
    adopted("rides.csv", "Minutes", key=key)
    path, contract = Path("data/params.yaml"), Path("data/contract.yaml")
    own = '"Distance (km)" as "distance_km"'
    edits = {own: own + ', "Distance (km)" * 2 as "both_ways"', "is not null": "< 60"}
    for old, new in edits.items():
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))
    if key is None:  # the outer selection names its columns
        path.write_text(path.read_text().replace('"distance_km", "size"', '"distance_km", "both_ways", "size"'))
    before = section(extract.Parameters, path, "extract")
    adopted("rides.csv", "Minutes")
    assert "both_ways:\n" in contract.read_text()
    contract.write_text(contract.read_text().replace("description: TODO", "description: By the odometer."))

    rides(400).assign(Weather="dry").drop(columns=dropped).to_csv("rides.csv", index=False)
    capsys.readouterr()
    adopted("rides.csv", "Minutes")

    said = capsys.readouterr().out
    assert "changed: the query of data/params.yaml, which was edited, stays; of the table it leaves out Weather" in said
    after = section(extract.Parameters, path, "extract")
    assert after.query == before.query
    assert "description: TODO" not in contract.read_text()
    rows = extracted().rows.frame()
    assert (rows["both_ways"] != "").any()
    assert pd.to_numeric(rows["minutes"]).max() < 60
    rides().drop(columns=["Distance (km)", *dropped]).to_csv("rides.csv", index=False)
    with pytest.raises(PlumblineError, match=r"does not fit the table: .*Distance(?s:.*)Mend it there"):
        adopted("rides.csv", "Minutes")


def test_again_on_a_newer_table_a_persons_edits_stay_and_the_difference_is_said(
    house: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rides().to_csv("rides.csv", index=False)
    adopted("rides.csv", "Minutes")
    path = Path("data/contract.yaml")
    edited = path.read_text().replace("description: TODO", "description: By the odometer.  # checked", 3)
    path.write_text(edited)
    gate = Path("model/configs/gate.yaml").read_text()
    newer = rides(400).assign(Weather="dry")
    newer.loc[5, "Size"], newer.loc[6, "Weather"], newer.loc[7, "Minutes"] = "Huge", "wet", 9000
    newer.to_csv("rides.csv", index=False)
    capsys.readouterr()
    rules = adopted("rides.csv", "Minutes")
    said = capsys.readouterr().out
    assert "changed: size: new labels Huge" in said
    assert "changed: weather: new" in said
    assert "changed: minutes: maximum" in said
    assert path.read_text().count("By the odometer.  # checked") == 3
    assert rules.target.most >= 9000
    assert Path("model/configs/gate.yaml").read_text() == gate
    assert len(extracted().rows.frame()) == 399
