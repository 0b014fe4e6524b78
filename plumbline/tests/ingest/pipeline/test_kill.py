"""A run that is killed at any point leaves work that the next run finishes, and nothing is doubled."""

import signal
import sys

import boto3
import pytest

from plumbline.tests.ingest.pipeline.world import BUCKET, World

pytestmark = pytest.mark.slow

# Runs the pipeline and kills it before or after a step's function or a command, as `kill -9` would.
KILLED = """
import os, runpy, signal, sys
from plumbline.ingest.pipeline import {module}
call = {module}.{name}
def killed(*given, **named):
    if {after}:
        call(*given, **named)
    os.kill(os.getpid(), signal.SIGKILL)
{module}.{name} = killed
sys.argv = ["ingest", *sys.argv[1:]]
from plumbline.ingest.pipeline.__main__ import main
from plumbline.kernel import stage
stage.run(main)
"""


@pytest.mark.parametrize(
    ("module", "name", "after"),
    [
        ("fetch", "_copy", True),
        ("validate", "validate", False),
        ("validate", "validate", True),
        ("configure", "use_remote", True),
        ("store", "load", True),
        ("version", "commit", False),
        ("version", "commit", True),
        ("repository", "push", True),
    ],
    ids=lambda value: str(value),
)
def test_the_run_after_a_killed_one_finishes_the_work(
    world: World, s3: boto3.client, module: str, name: str, after: bool
) -> None:
    dataset = world.dataset(40)
    script = KILLED.format(module=module, name=name, after=after)
    command = [sys.executable, "-c", script, *world.command("all", dataset)[3:]]

    assert world.execute(command, check=False).returncode == -signal.SIGKILL
    world.run("all", dataset)

    assert world.commits() == ["Version the raw data", "Start"]
    stored = [item["Key"] for item in s3.list_objects_v2(Bucket=BUCKET)["Contents"]]
    named = [world.record(name)["outs"][0]["md5"] for name in ("training", "evaluation")]
    assert sorted(stored) == sorted(f"dvc/files/md5/{md5[:2]}/{md5[2:]}" for md5 in named)


def test_a_push_that_is_killed_while_it_goes_on_top_of_another_is_finished_by_the_same_step(world: World) -> None:
    for step in ("fetch", "validate", "configure", "store", "version"):
        world.run(step, world.dataset(40))
    world.run("all", world.dataset(60), work="another")
    script = KILLED.format(module="configure", name="use_remote", after=True)

    killed = world.execute([sys.executable, "-c", script, *world.command("publish")[3:]], check=False)
    world.run("publish")

    assert killed.returncode == -signal.SIGKILL
    assert world.commits() == ["Version the raw data", "Version the raw data", "Start"]
    assert world.record()["meta"]["rows"] == 27


def test_the_locks_of_a_git_and_a_dvc_that_were_killed_do_not_stop_the_steps(world: World) -> None:
    for step in ("fetch", "validate", "configure"):
        world.run(step, world.dataset(40))
    (world.root / "work/clone/.git/index.lock").touch()
    (world.root / "work/clone/.dvc/tmp").mkdir(exist_ok=True)
    (world.root / "work/clone/.dvc/tmp/rwlock").touch()

    world.run("store")
    (world.root / "work/clone/.dvc/tmp/rwlock").write_text("{")
    world.run("version")
    world.run("publish")

    assert world.commits() == ["Version the raw data", "Start"]
