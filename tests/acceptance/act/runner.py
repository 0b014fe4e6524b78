"""Run workflows of a clone by act, job by job, without containers."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
STUBS = HERE / "actions"
_UNKNOWN = re.compile(r"^ +deployment: false.*\n", re.M)
_USES = re.compile(r"uses: ([\w.-]+/[\w.-]+)(?:/[\w./-]+)?@([0-9a-f]{40})")


@dataclass
class Run:
    """What came of a run.

    Attributes:
        succeeded: Whether act says that every job that ran did.
        jobs: success or failure of each job that ran, by its name: `workflow/job`, inside a call `caller/workflow/job`.
        seconds: How long each job took, by the same names.
        log: The output of the steps, a line each with its job.
    """

    succeeded: bool
    jobs: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)


def missing() -> str | None:
    """Say why workflows cannot be run here; None if they can."""
    if shutil.which("act"):
        return None
    return "act is not installed: go install github.com/nektos/act@v0.2.89"


def stubs(root: Path) -> list[str]:
    """Give act's options that put a stand-in of ours in the place of each action of others."""
    used = {match for path in root.glob(".github/*/**/*.yml") for match in _USES.findall(path.read_text())}
    options = []
    for action, commit in sorted(used):
        stub = STUBS / action
        options += ["--local-repository", f"{action}@{commit}={stub if stub.is_dir() else STUBS / 'cloud'}"]
    return options


def forget_what_act_does_not_know(root: Path) -> None:
    """Take out of the working tree the keys of GitHub that act refuses; none decides whether a job runs."""
    for path in (root / ".github/workflows").glob("*.yml"):
        text = path.read_text()
        if (known := _UNKNOWN.sub("", text)) != text:
            path.write_text(known)


def act(
    root: Path,
    event: str,
    payload: Mapping[str, Any],
    workflow: str,
    folder: Path,
    options: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
) -> Run:
    """Run a workflow of the clone at `root` for an event.

    Args:
        root: A git clone of its own; jobs get its HEAD, not its working tree.
        event: Name of the event, such as push.
        payload: Its content.
        workflow: File name of the workflow.
        folder: An existing folder for the event, the artifacts and the jobs' working folders.
        options: Further options of act, such as --job or --matrix.
        environment: Variables of the jobs, beside those of this process.
    """
    forget_what_act_does_not_know(root)
    event_file = folder / "event.json"
    event_file.write_text(json.dumps(payload))
    variables = {"ACT_REPOSITORY": str(root), "ACT_ARTIFACTS": str(folder / "artifacts"), **(environment or {})}
    command = ["act", event, "--workflows", f".github/workflows/{workflow}", "--eventpath", str(event_file)]
    # One job at a time: act 0.2.89 reads and writes a map of actions from several at once, and dies of it.
    command += ["--concurrent-jobs", "1"]
    command += ["--platform", "ubuntu-24.04=-self-hosted", "--no-skip-checkout", "--json", *stubs(root), *options]
    for name, value in variables.items():
        command += ["--env", f"{name}={value}"]
    process = subprocess.Popen(
        command,
        cwd=root,
        env=os.environ | {"XDG_CACHE_HOME": str(folder / "cache")} | _caches(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    run = Run(succeeded=False)
    assert process.stdout is not None
    for line in process.stdout:
        _note(run, line)
    run.succeeded = process.wait() == 0
    return run


def _caches() -> dict[str, str]:
    """Keep uv's cache where it is: act's own belongs to the run."""
    return {"UV_CACHE_DIR": os.environ.get("UV_CACHE_DIR", str(Path.home() / ".cache/uv"))}


def _note(run: Run, line: str) -> None:
    try:
        entry = json.loads(line)
    except ValueError:
        run.log.append(line.rstrip())
        return
    name = _name(entry)
    if "executionTime" in entry and entry.get("stage") == "Main" and len(entry["stepID"]) == 1:
        run.seconds[name] = run.seconds.get(name, 0.0) + entry["executionTime"] / 1e9
    if "jobResult" in entry:
        run.jobs[name] = entry["jobResult"]
    if entry.get("raw_output") or entry.get("level") == "error":
        run.log.append(f"{name} | {entry['msg'].rstrip()}")


def _name(entry: dict[str, Any]) -> str:
    parts = [part.strip() for part in entry.get("job", "").split("/")]
    values = [str(value) for _, value in sorted(entry.get("matrix", {}).items())]
    return re.sub(r"-\d+$", "", "/".join(parts)) + (f" ({', '.join(values)})" if values else "")
