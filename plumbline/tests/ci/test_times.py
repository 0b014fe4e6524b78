"""The critical path of a change, by times as GitHub's API gives them."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from plumbline.ci.github import Repository
from plumbline.ci.jobs import times
from plumbline.ci.jobs.play import World, played, read
from plumbline.ci.jobs.worlds import WORLDS
from plumbline.kernel.errors import PlumblineError
from plumbline.testing.repository import ROOT
from plumbline.testing.web import JSONHandler, serving


def step(name: str, seconds: int, conclusion: str = "success") -> dict[str, Any]:
    ended = f"2026-01-01T00:{seconds // 60:02d}:{seconds % 60:02d}Z"
    return {"name": name, "conclusion": conclusion, "started_at": "2026-01-01T00:00:00Z", "completed_at": ended}


JOBS = [
    {"name": "services / test (api, 3.11)", "steps": [step("Run tests", 40), step("Run setup", 10)]},
    {"name": "services / test (predict, 3.11)", "steps": [step("Run tests", 90), step("Run setup", 12)]},
    {"name": "lint", "steps": [step("Run setup", 20), step("Run lint", 30), step("Run never", 0, "skipped")]},
]


@pytest.fixture
def server() -> Iterator[str]:
    class Handler(JSONHandler, BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            there = self.path.startswith("/repos/owner/house/actions/runs/7/jobs")
            self.answer(200 if there else 404, {"total_count": len(JOBS), "jobs": JOBS})

    with serving(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as running:
        yield f"http://127.0.0.1:{running.server_port}"


def test_a_step_takes_as_long_as_its_slowest_row(server: str) -> None:
    found = times.measured(Repository("owner/house", "token", server), 7)
    assert found["test", "Run tests"] == 90
    assert (found["test", "Run setup"], found["lint", "Run setup"], found["", "Run setup"]) == (12, 20, 20)
    assert ("lint", "Run never") not in found


def test_a_run_that_is_not_there_is_named(server: str) -> None:
    with pytest.raises(PlumblineError, match="runs/8/jobs answers 404"):
        times.measured(Repository("owner/house", "token", server), 8)


FILES: dict[str, Any] = {
    "a.yml": {
        "on": {},
        "jobs": {
            "lint": {"steps": [{"run": "setup"}, {"run": "lint"}]},
            "call": {"needs": "lint", "uses": "./.github/workflows/b.yml"},
            "gate": {"needs": ["call", "lint"], "steps": [{"run": "gate"}]},
            "never": {"if": "false", "steps": [{"run": "lint"}]},
        },
    },
    "b.yml": {"on": {"workflow_call": None}, "jobs": {"test": {"steps": [{"run": "setup"}, {"run": "tests"}]}}},
}


def test_the_path_goes_through_what_is_called(server: str) -> None:
    measured = times.measured(Repository("owner/house", "token", server), 7)
    ran = played(FILES, World(("a.yml",), {}))
    found = times.schedule(FILES, ran, "a.yml", measured)
    assert {key: (one.begins, one.takes) for key, one in found.items()} == {
        "a.yml/lint": (0, 50),
        "b.yml/test": (50, 102),
        "a.yml/call": (50, 102),
        "a.yml/gate": (152, 0),
    }
    assert found["a.yml/gate"].path == ("a.yml/lint", "b.yml/test", "a.yml/gate")
    assert found["a.yml/gate"].unknown == ("Run gate",)


def test_every_job_that_runs_is_timed() -> None:
    files = read(ROOT)
    world = WORLDS["request"][1]
    ran = played(files, world)
    assert set(times.schedule(files, ran, "pr-gate.yml", {})) == {key for key in ran if "#" not in key}


@pytest.mark.parametrize(("event", "waits"), [("service", 5), ("docs", 3), ("request", 5)])
def test_the_answer_waits_for_few_jobs_one_after_the_other(event: str, waits: int) -> None:
    """Each job begins with a checkout: if that takes a second and all else nothing, the seconds are the jobs."""
    files = read(ROOT)
    found = times.schedule(files, played(files, WORLDS[event][1]), "pr-gate.yml", {("", "Run actions/checkout"): 1.0})
    assert found["pr-gate.yml/gate"].ends == waits, found["pr-gate.yml/gate"].path


def test_a_change_of_documents_waits_for_no_test_of_the_machinery() -> None:
    jobs = {key for key in played(read(ROOT), WORLDS["docs"][1]) if "#" not in key}
    assert {key.partition("/")[0] for key in jobs} == {"pr-gate.yml", "docs-pipeline.yml", "ci.yml"}


def test_without_a_run_the_command_says_what_it_takes() -> None:
    with pytest.raises(PlumblineError, match="say a run"):
        times.main()
