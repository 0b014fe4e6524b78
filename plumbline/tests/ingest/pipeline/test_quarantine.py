"""Data that breaks a rule is kept with a report of lines and rules, and changes nothing."""

import json
from pathlib import Path

import boto3
import pytest

from plumbline.ingest.pipeline import quarantine
from plumbline.tests.ingest.pipeline.world import BUCKET, World


def report(world: World) -> dict[str, object]:
    content: dict[str, object] = json.loads(next(world.root.glob("work/quarantine/*/report.json")).read_text())
    return content


def test_the_report_names_each_line_and_rule(world: World, s3: boto3.client) -> None:
    dataset = world.dataset(40, year=[1999] + [2020] * 38 + [2031])
    dataset.write_text(dataset.read_text().replace("red", "green", 1))
    # The query selects up to 2020: what it leaves out is not judged.
    done = world.run("all", dataset, check=False)

    assert done.returncode == quarantine.EXIT_CODE
    found = [(item["line"], item["column"], item["rule"]) for item in report(world)["violations"]]  # type: ignore[attr-defined]
    assert found == [(2, "year", "must be from 2000 to 2030 year"), (4, "color", "must be one of red, None, blue")]
    assert "rows.tsv:2 (id 1) column year = '1999': must be from 2000 to 2030 year" in done.stderr
    assert world.commits() == ["Start"]
    stored = [item["Key"] for item in s3.list_objects_v2(Bucket=BUCKET)["Contents"]]
    assert {key.split("/")[0] for key in stored} == {"quarantine"}
    assert {Path(key).name for key in stored} == {"shop.tsv".replace("shop", "dataset"), "rows.tsv", "report.json"}


def test_a_good_version_stays_after_bad_data(world: World) -> None:
    world.run("all", world.dataset(40))
    head = world.git("rev-parse", "main")

    done = world.run("all", world.dataset(40, price=-1), check=False)

    assert done.returncode == quarantine.EXIT_CODE
    assert world.git("rev-parse", "main") == head
    assert world.run("publish").returncode == 0
    assert world.git("rev-parse", "main") == head
    assert world.run("store", check=False).returncode == 1


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"\xff\xfe\x00\x01" * 50, "is UTF-16: convert it"),
        (b"id\tcolor\n1\tred\n", "refused the query"),
        (b"id\tprice\n1\t5\n", "is required and missing"),
        (b"id\tcolor\tfinish\tyear\tweight\tprice\n", "selects no row"),
    ],
    ids=["no table", "columns of something else", "columns missing", "no rows"],
)
def test_what_cannot_be_read_is_quarantined_too(world: World, content: bytes, rule: str) -> None:
    dataset = world.root / "shop.tsv"
    dataset.write_bytes(content)

    world.run("fetch", dataset)
    done = world.run("validate", check=False)

    assert done.returncode == quarantine.EXIT_CODE
    assert rule in done.stderr
    assert "Traceback" not in done.stderr
    assert report(world)["source"]["bytes"] == len(content)  # type: ignore[index]
