"""A run brings a data set to a version that git names and the remote holds; the same data again changes nothing."""

from pathlib import Path

import boto3
import pytest

from plumbline.ingest.pipeline import quarantine
from plumbline.kernel import hashing
from plumbline.tests.ingest.pipeline.world import BUCKET, World, build


def keys(s3: boto3.client) -> list[str]:
    return [item["Key"] for item in s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])]


def test_new_data_is_one_commit_that_another_clone_can_pull(world: World, s3: boto3.client) -> None:
    world.run("all", world.dataset(40))

    assert world.commits() == ["Version the raw data", "Start"]
    assert world.git("show", "--name-only", "--format=", "main").split() == [
        ".dvc/config",
        "data/raw/.gitignore",
        "data/raw/evaluation.tsv.dvc",
        "data/raw/training.tsv.dvc",
    ]
    pulled = world.pulled() / "data/raw/training.tsv"
    assert hashing.digest(pulled) == world.record()["meta"]["sha256"]
    assert world.record()["meta"]["extraction"]["parameters"] == {"last_year": 2020}
    assert len([key for key in keys(s3) if key.startswith("dvc/")]) == 2


def test_unchanged_data_makes_no_commit_wherever_it_comes_from(world: World, s3: boto3.client) -> None:
    world.run("all", world.dataset(40))
    head, stored = world.git("rev-parse", "main"), keys(s3)

    s3.upload_file(str(world.dataset(40)), BUCKET, "incoming/moved.tsv")
    done = world.run("all", f"s3://{BUCKET}/incoming/moved.tsv")

    assert '"event": "unchanged"' in done.stderr
    assert world.git("rev-parse", "main") == head
    assert [key for key in keys(s3) if not key.startswith("incoming/")] == stored


def test_more_data_is_a_second_version_beside_the_first(world: World) -> None:
    world.run("all", world.dataset(40))
    first = world.record()["outs"][0]["md5"]

    world.run("all", world.dataset(60))

    assert world.commits() == ["Version the raw data", "Version the raw data", "Start"]
    assert world.record()["outs"][0]["md5"] != first
    assert world.git("show", "--name-only", "--format=", "main").split() == [
        "data/raw/evaluation.tsv.dvc",
        "data/raw/training.tsv.dvc",
    ]
    assert world.pulled().joinpath("data/raw/training.tsv").exists()


@pytest.mark.slow
def test_every_step_may_be_repeated_in_its_work_folder(world: World) -> None:
    dataset = world.dataset(40)
    for step in ("fetch", "validate", "configure", "store", "version", "publish"):
        for _ in range(2):
            world.run(step, dataset)

    assert world.commits() == ["Version the raw data", "Start"]


@pytest.mark.parametrize("step", ["validate", "store", "version", "publish"])
def test_a_step_without_the_one_before_it_says_which(world: World, step: str) -> None:
    done = world.run(step, check=False)

    assert done.returncode == 1
    assert "run the step `" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_repository_without_dvc_is_told_what_to_do(tmp_path: Path, secrets: dict[str, str]) -> None:
    world = build(tmp_path, secrets, dvc=False)

    done = world.run("all", world.dataset(40), check=False)

    assert done.returncode == 1
    assert "no DVC configuration" in done.stderr
    assert "run `dvc init`" in done.stderr
    assert world.commits() == ["Start"]


def test_a_remote_that_ends_with_the_clone_is_refused(world: World) -> None:
    del world.environment["AWS_S3_BUCKET"]

    done = world.run("all", world.dataset(40), check=False)

    assert done.returncode == 1
    assert "set AWS_S3_BUCKET" in done.stderr


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("AWS_S3_BUCKET", "another", "is s3://versions/dvc, and AWS_S3_BUCKET names another: let it name"),
        ("AWS_S3_ENDPOINT", "http://127.0.0.1:9", "and AWS_S3_ENDPOINT names http://127.0.0.1:9: let it name"),
    ],
)
def test_another_remote_than_the_repositorys_is_refused_for_the_models_are_there(
    world: World, variable: str, value: str, said: str
) -> None:
    world.run("all", world.dataset(40))
    for step in ("fetch", "validate"):
        world.run(step, world.dataset(60))
    world.environment[variable] = value

    done = world.run("configure", check=False)

    assert done.returncode == 1
    assert said in done.stderr
    assert "`plumb data remote s3://" in done.stderr
    assert world.commits() == ["Version the raw data", "Start"]


def test_other_rules_than_those_of_the_repository_are_refused(world: World) -> None:
    params = world.checkout / "data/params.yaml"
    params.write_text(params.read_text().replace("last_year: 2020", "last_year: 2021"))

    done = world.run("all", world.dataset(40), check=False)

    assert done.returncode == 1
    assert "is not that of the code that runs here" in done.stderr
    assert world.commits() == ["Start"]


def test_production_refuses_the_data_pipeline(world: World) -> None:
    world.environment["PLUMBLINE_ENV"] = "production"

    done = world.run("all", world.dataset(40), check=False)

    assert done.returncode == quarantine.EXIT_CODE  # the cluster does not try again
    assert "only pulls" in done.stderr
    assert not (world.root / "work").exists()
