"""Runs at the same time: on one work folder one waits, on two the later push goes on top of the earlier one."""

import subprocess
from pathlib import Path

import pandas as pd
import pytest
import yaml

from plumbline.kernel import hashing, table
from plumbline.tests.ingest.conftest import rows
from plumbline.tests.ingest.pipeline.world import World

pytestmark = pytest.mark.slow


def both(world: World, first: list[str], second: list[str]) -> list[tuple[int, str]]:
    """Start two runs together and wait for both."""
    started = [
        subprocess.Popen(command, cwd=world.checkout, env=world.variables(), stderr=subprocess.PIPE, text=True)
        for command in (first, second)
    ]
    outputs = [process.communicate()[1] for process in started]
    return [(process.returncode, output) for process, output in zip(started, outputs, strict=True)]


def test_two_runs_in_one_work_folder_make_one_version(world: World) -> None:
    command = world.command("all", world.dataset(40))

    assert [code for code, _ in both(world, command, command)] == [0, 0]
    assert world.commits() == ["Version the raw data", "Start"]


def test_two_runs_of_different_data_make_two_whole_versions(world: World) -> None:
    small, large = world.dataset(40, "small.tsv"), world.dataset(60, "large.tsv")

    done = both(world, world.command("all", small, "work-1"), world.command("all", large, "work-2"))

    assert [code for code, _ in done] == [0, 0], done
    assert world.commits() == ["Version the raw data", "Version the raw data", "Start"]
    for commit in ("main", "main~1"):
        rows = {
            yaml.safe_load(world.git("show", f"{commit}:data/raw/{name}.tsv.dvc"))["meta"]["rows"]
            for name in ("training", "evaluation")
        }
        assert sum(rows) in (40, 60)


def test_a_push_that_lost_the_race_goes_on_top(world: World) -> None:
    for step in ("fetch", "validate", "configure", "store", "version"):
        world.run(step, world.dataset(40))
    world.run("all", world.dataset(60), work="another")

    world.run("publish")

    assert world.commits() == ["Version the raw data", "Version the raw data", "Start"]
    assert world.record()["meta"]["rows"] == 27
    assert hashing.digest(world.pulled() / "data/raw/training.tsv") == world.record()["meta"]["sha256"]


def changed(world: World, first: int, name: str, part: str) -> Path:
    """Write the data set with other prices in the rows of one part, as the first version has split them."""
    ours = set(table.read_text(world.pulled(f"split-{name}") / f"data/raw/{part}.tsv")["id"])
    frame = rows(first)
    mine = frame["id"].astype(str).isin(ours)
    path = world.root / f"{name}.tsv"
    frame.assign(price=frame["price"].where(~mine, frame["price"] + 1)).to_csv(path, sep="\t", index=False)
    return path


def test_runs_that_changed_different_files_never_publish_a_mixture(world: World) -> None:
    world.run("all", world.dataset(40))
    one, two = changed(world, 40, "one", "training"), changed(world, 40, "two", "evaluation")
    for step in ("fetch", "validate", "configure", "store", "version"):
        world.run(step, one)
    world.run("all", two, work="another")
    between = {name: world.record(name)["outs"][0]["md5"] for name in ("training", "evaluation")}

    world.run("publish")

    published = world.pulled()
    read = [table.read_text(published / f"data/raw/{name}.tsv") for name in ("training", "evaluation")]
    together = pd.concat(read).sort_values("id", key=pd.to_numeric)["price"].astype(float)
    assert together.tolist() == pd.read_csv(one, sep="\t").sort_values("id")["price"].astype(float).tolist()
    assert world.record("evaluation")["outs"][0]["md5"] != between["evaluation"]


def test_data_that_was_validated_by_other_rules_than_came_meanwhile_is_refused(world: World) -> None:
    for step in ("fetch", "validate", "configure", "store", "version"):
        world.run(step, world.dataset(40))
    clone = world.root / "reviewer"
    world.execute(["git", "clone", "--quiet", str(world.origin), str(clone)])
    params = clone / "data/params.yaml"
    params.write_text(params.read_text().replace("last_year: 2020", "last_year: 2019"))
    author = ["-c", "user.name=Tester", "-c", "user.email=tester@example.com"]
    world.execute(["git", "-C", str(clone), *author, "commit", "--quiet", "--all", "--message", "Narrow"])
    world.execute(["git", "-C", str(clone), "push", "--quiet"])

    done = world.run("publish", check=False)

    assert done.returncode == 1
    assert "is not that of the code that runs here" in done.stderr
    assert world.commits() == ["Narrow", "Start"]


def test_the_same_version_pushed_by_another_is_not_doubled(world: World) -> None:
    for step in ("fetch", "validate", "configure", "store", "version"):
        world.run(step, world.dataset(40))
    world.run("all", world.dataset(40), work="another")

    world.run("publish")

    assert world.commits() == ["Version the raw data", "Start"]


def test_a_push_that_a_hook_refuses_ends_with_its_reason(world: World) -> None:
    hook = world.origin / "hooks/pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho this branch is protected >&2\nexit 1\n")
    hook.chmod(0o755)

    done = world.run("all", world.dataset(40), check=False)

    assert done.returncode == 1
    assert "this branch is protected" in done.stderr
    assert world.commits() == ["Start"]
