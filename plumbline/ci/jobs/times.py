"""How long an answer takes: the critical path of the workflows as they are here, by the times that GitHub measured.

Source of the times: https://docs.github.com/en/rest/actions/workflow-jobs, `steps[].started_at` and `completed_at`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from plumbline.ci.github import Repository
from plumbline.ci.jobs.play import Files, needs, played, read
from plumbline.ci.jobs.worlds import WORLDS
from plumbline.ci.routing import report
from plumbline.kernel.errors import PlumblineError

Measured = dict[tuple[str, str], float]
_VERSION = re.compile(r"@[0-9a-f]{40}")


@dataclass(frozen=True)
class Timed:
    """A job on its way.

    Attributes:
        job: FILE/JOB.
        begins: Seconds after the event.
        takes: Seconds; of a call, those of its critical path.
        unknown: Steps that were never measured, counted as nothing.
        path: The jobs that it had to wait for, one after the other, and itself; those of a call within it.
    """

    job: str
    begins: float
    takes: float
    unknown: tuple[str, ...]
    path: tuple[str, ...]

    @property
    def ends(self) -> float:
        """Seconds after the event."""
        return self.begins + self.takes


def measured(repository: Repository, *runs: int) -> Measured:
    """Give the longest time of each step, in seconds, by job and step; by "" and step for whichever job has it.

    Raises:
        PlumblineError: GitHub refuses, or there is no such run.
    """
    found: Measured = {}
    for run in runs:
        jobs = repository.all(f"actions/runs/{run}/jobs", "jobs")
        for job in jobs:
            name = re.sub(r" \(.*\)$", "", job["name"]).rpartition(" / ")[2]
            for step in job["steps"]:
                if step["started_at"] and step["completed_at"] and step["conclusion"] != "skipped":
                    began, ended = (datetime.fromisoformat(step[key]) for key in ("started_at", "completed_at"))
                    for key in ((name, _VERSION.sub("", step["name"])), ("", _VERSION.sub("", step["name"]))):
                        found[key] = max(found.get(key, 0.0), (ended - began).total_seconds())
    return found


def schedule(files: Files, ran: set[str], start: str, times: Measured) -> dict[str, Timed]:
    """Give when each job of the workflow `start`, and of those that it calls, begins and how long it takes.

    Args:
        files: The workflows.
        ran: What runs, as `played` gives it.
        start: The name of a workflow's file.
        times: Of the steps, in seconds.
    """
    done: dict[str, Timed] = {}
    _workflow(files, ran, start, times, 0.0, (), done)
    return done


def _workflow(
    files: Files,
    ran: set[str],
    file: str,
    times: Measured,
    begins: float,
    path: tuple[str, ...],
    done: dict[str, Timed],
) -> Timed:
    """Add the jobs of a workflow; give the one that ends last."""
    waiting = {job: body for job, body in files[file]["jobs"].items() if f"{file}/{job}" in ran}
    own: dict[str, Timed] = {}
    while waiting:
        job = next(name for name, body in waiting.items() if not set(needs(body)) & waiting.keys())
        body = waiting.pop(job)
        before = max((own[name] for name in needs(body) if name in own), key=lambda one: one.ends, default=None)
        start, way = (before.ends, before.path) if before else (begins, path)
        own[job] = _job(files, ran, f"{file}/{job}", body, times, start, way, done)
        done[f"{file}/{job}"] = own[job]
    return max(own.values(), key=lambda one: one.ends, default=Timed(file, begins, 0.0, (), path))


def _job(
    files: Files,
    ran: set[str],
    key: str,
    body: Mapping[str, Any],
    times: Measured,
    begins: float,
    way: tuple[str, ...],
    done: dict[str, Timed],
) -> Timed:
    if "uses" in body:
        last = _workflow(files, ran, body["uses"].rpartition("/")[2], times, begins, way, done)
        return Timed(key, begins, last.ends - begins, (), last.path)
    takes, unknown = 0.0, []
    for place, step in enumerate(body["steps"]):
        if f"{key}#{place}" in ran:
            title = _VERSION.sub("", step.get("name") or f"Run {step.get('run') or step['uses']}").strip()
            known = times.get((key.partition("/")[2], title), times.get(("", title)))
            takes += known or 0.0
            unknown += [title] if known is None else []
    return Timed(key, begins, takes, tuple(unknown), (*way, key))


def main(*runs: int, event: str = "request") -> None:
    """Say when each job of a change begins and ends, and which of them the answer waits for.

    GITHUB_REPOSITORY names the repository; GITHUB_TOKEN reads its runs.

    Args:
        runs: Of GitHub, by number; their steps' times are laid along these workflows.
        event: What happens, as docs/jobs.md names it.

    Raises:
        PlumblineError: There is no such event, no run is said, or GitHub refuses.
    """
    if event not in WORLDS or not runs:
        raise PlumblineError(f"say a run, as in `plumb ci time 123456`, and one of {', '.join(WORLDS)} with --event")
    files, world = read(Path()), WORLDS[event][1]
    times, ran = measured(Repository.of_environment(), *runs), played(files, world)
    jobs = {key: one for start in world.starts for key, one in schedule(files, ran, start, times).items()}
    last = max(jobs.values(), key=lambda one: one.ends)
    rows = [
        (key, f"{one.begins:.0f}", f"{one.takes:.0f}", "yes" if key in last.path else "", ", ".join(one.unknown))
        for key, one in sorted(jobs.items(), key=lambda item: item[1].begins)
    ]
    note = f"the answer comes after {last.ends:.0f} s on runners that are free; it waits for {' → '.join(last.path)}"
    report.show(["job", "begins", "takes (s)", "waited for", "never measured"], rows, note)
