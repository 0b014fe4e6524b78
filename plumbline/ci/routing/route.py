"""Say which pipelines a change runs and why; write it for the gate's jobs where GitHub asks."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from plumbline.ci.routing import changes, pipelines, report, workflows
from plumbline.ci.routing.changes import Changes
from plumbline.ci.routing.pipelines import Pipeline
from plumbline.ci.routing.workflows import Reason
from plumbline.kernel.errors import PlumblineError
from plumbline.kernel.github import job, set_outputs

Routes = dict[str, Reason | None]
CERTAIN = "certain"  # the output that is false where everything runs because the files cannot be known


def route(changed: Changes, table: Sequence[Pipeline], folder: Path = workflows.FOLDER) -> Routes:
    """Decide by the path lists of the workflows' own files; branches do not matter, for the change is on its way.

    Args:
        changed: The files; if they cannot be known, everything runs.
        table: The pipelines.
        folder: Where the workflow files are.

    Returns:
        Why each pipeline runs, by name; None if it does not.

    Raises:
        PlumblineError: A workflow is absent or wrong, or no push starts it.
    """
    routes: Routes = {}
    for pipeline in table:
        push = workflows.read_push(folder / pipeline.workflow)
        if push is None:
            raise PlumblineError(
                f"{folder / pipeline.workflow} has no `on: push`: nothing says which paths are its own"
            )
        everything = Reason("any", changed.unknown) if changed.unknown else None
        routes[pipeline.name] = everything or push.by_path(changed.files)
    return routes


def show(routes: Routes, table: Sequence[Pipeline], changed: Changes, page: Path | None = None) -> None:
    """Print which pipelines run and why; write it to `page`, too."""
    rows = []
    for entry in table:
        reason = routes[entry.name]
        rows.append(
            [
                entry.name,
                entry.workflow,
                "yes" if reason else "no",
                *((reason.file, reason.pattern) if reason else ("", "")),
            ]
        )
    note = f"everything runs: {changed.unknown}" if changed.unknown else f"{len(changed.files)} files changed"
    report.show(["pipeline", "workflow", "runs", "for the file", "by the pattern"], rows, note, page)


def _event(path: str | None) -> dict[str, Any]:
    if not path:
        raise PlumblineError("which event? set GITHUB_EVENT_PATH, or say --event FILE")
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise PlumblineError(f"the event {path} cannot be read: {error}") from None
    return content if isinstance(content, dict) else {}


def of_job(event: Path | None = None) -> tuple[str, Changes]:
    """Give the event of a job, or of a file, by its name, and what it changes.

    Raises:
        PlumblineError: There is no event, or it cannot be read.
    """
    kind = job().event_name or "pull_request"
    return kind, changes.of_event(kind, _event(str(event or job().event_path)))


def _write_outputs(routes: Routes, changed: Changes) -> None:
    outputs = {name: reason is not None for name, reason in routes.items()} | {CERTAIN: not changed.unknown}
    if not set_outputs(**{name: "true" if value else "false" for name, value in outputs.items()}):
        raise PlumblineError("GITHUB_OUTPUT is not set: it names the file that receives the outputs")


def main(
    *,
    base: str = "main",
    event: Path | None = None,
    github: bool = False,
    page: Path | None = None,
) -> None:
    """Say which pipelines a change runs, and why.

    Args:
        base: Compare the working tree with where it forked from this.
        event: Take the GitHub event of a file instead; GITHUB_EVENT_NAME says what it is.
        github: Take the event of GITHUB_EVENT_PATH, and write NAME=true or false to GITHUB_OUTPUT; `certain`, too.
        page: Write the answer to this file as well, as a page of Markdown.
    """
    changed = of_job(event)[1] if event or github else changes.of_clone(base)
    table = pipelines.read()
    routes = route(changed, table)
    show(routes, table, changed, page)
    if github:
        _write_outputs(routes, changed)
