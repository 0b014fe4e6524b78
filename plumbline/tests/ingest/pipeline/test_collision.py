"""Runs at the same time: on one work folder one waits, on two the later push goes on top of the earlier one."""

import subprocess

import pytest
import yaml

from plumbline.kernel import hashing
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
