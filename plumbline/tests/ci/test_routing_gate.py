"""The gate: open only if what was routed succeeded and all else was skipped."""

import itertools
import json
import os
import subprocess
import sys
from typing import Any

import pytest

from plumbline.ci.routing import gate, pipelines
from plumbline.testing.repository import ROOT

NAMES = tuple(entry.name for entry in pipelines.read())
RESULTS = ("success", "failure", "cancelled", "skipped")


def needs(*routed: str, **results: str) -> dict[str, Any]:
    """Give what GitHub says when all went well for `routed`, except for `results`."""
    usual = {"changes": "success"} | {name: "success" if name in routed else "skipped" for name in NAMES}
    jobs: dict[str, Any] = {job: {"result": result, "outputs": {}} for job, result in (usual | results).items()}
    jobs["changes"]["outputs"] = {name: "true" if name in routed else "false" for name in NAMES}
    return jobs


def faults(jobs: dict[str, Any]) -> list[str]:
    return [fault for *_, fault in gate.judge(jobs, NAMES) if fault]


@pytest.mark.parametrize("routed", [(), ("data",), ("services", "main"), NAMES])
def test_open_if_all_went_as_routed(routed: tuple[str, ...]) -> None:
    assert faults(needs(*routed)) == []


@pytest.mark.parametrize(("result", "routed"), list(itertools.product(RESULTS, [True, False])))
def test_closed_if_one_pipeline_did_not(result: str, routed: bool) -> None:
    expected = "success" if routed else "skipped"
    wrong = [] if result == expected else [f"model is {result} and has to be {expected}"]
    assert faults(needs(*["model"] * routed, model=result)) == wrong


@pytest.mark.parametrize("result", ["failure", "cancelled", "skipped"])
def test_closed_if_the_changes_are_not_known(result: str) -> None:
    assert faults(needs(changes=result)) == [f"changes is {result} and has to be success"]


@pytest.mark.parametrize("said", ["", "True", "yes", "false\n"])
def test_closed_if_changes_says_neither_true_nor_false(said: str) -> None:
    jobs = needs("data")
    jobs["changes"]["outputs"]["data"] = said
    assert faults(jobs) == ["`changes` does not say whether data had to run"]


@pytest.mark.parametrize("job", ["changes", *NAMES])
def test_closed_if_the_gate_does_not_need_a_job(job: str) -> None:
    jobs = needs(*NAMES)
    del jobs[job]
    assert f"the gate does not need {job}: add it to the gate's `needs`" in faults(jobs)


def test_another_job_that_the_gate_needs_has_to_succeed() -> None:
    assert faults(needs(preflight="success")) == []
    assert faults(needs(preflight="skipped")) == ["preflight is skipped and has to be success"]


def run(needed: str | None) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name not in ("NEEDS", "GITHUB_STEP_SUMMARY")}
    environment |= {"NEEDS": needed} if needed is not None else {}
    command = [sys.executable, "-m", "plumbline.cli", "ci", "gate"]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_the_command_ends_with_0_only_if_the_gate_is_open() -> None:
    good, bad = run(json.dumps(needs("data"))), run(json.dumps(needs("data", data="failure")))
    assert (good.returncode, good.stdout.splitlines()[-1]) == (0, "the gate is open")
    assert (bad.returncode, bad.stdout.splitlines()[-1]) == (
        1,
        "the gate is closed: data is failure and has to be success",
    )


@pytest.mark.parametrize(
    "needed", [None, "", "{", "[]", '"text"', "null", '{"changes": 1}', '{"changes": {"outputs": 1}}']
)
def test_needs_that_cannot_be_read_closes_the_gate_without_a_traceback(needed: str | None) -> None:
    done = run(needed)
    assert done.returncode == 1
    assert done.stderr.startswith("error: NEEDS does not hold the jobs")
