"""Which services are tested, and under which versions of Python: before the merge what changed under one, then all."""

import json
from typing import get_args

from plumbline.ci.rooms import Service
from plumbline.ci.routing import report, route, workflows
from plumbline.ci.routing.changes import Changes
from plumbline.kernel import github

SERVICES: tuple[str, ...] = get_args(Service)
VERSIONS = ("3.11", "3.12", "3.13")
# Whose tests start which other services: a change of those runs them, too.
STANDS_ON: dict[str, set[str]] = {"api": {"predict"}, "predict": set(), "monitor": {"api", "predict"}}
_BEFORE = {"pull_request", "merge_group"}  # the merge
_WORKFLOW = "service-pipeline.yml"


def rows(event: str, changed: Changes) -> tuple[list[str], list[str]]:
    """Give services and versions of Python, each of which is tested with each.

    Before the merge a service is left out if all that runs the pipeline lies in folders that its tests do not stand on;
    where the files cannot be known, all are tested.
    """
    if event not in _BEFORE:
        return list(SERVICES), list(VERSIONS)
    push = workflows.read_push(workflows.FOLDER / _WORKFLOW)
    own = [file for file in changed.files if push and push.by_path([file])]
    touched = {next((name for name in SERVICES if file.startswith(f"services/{name}/")), "shared") for file in own}
    some = touched and not changed.unknown and "shared" not in touched
    chosen = [name for name in SERVICES if not some or ({name} | STANDS_ON[name]) & touched]
    return chosen, [VERSIONS[0]]


def main() -> None:
    """Say which services the change of a job has to test, and under which versions of Python.

    GitHub gets the lists as outputs `services` and `pythons`.
    """
    event, changed = route.of_job()
    services, versions = rows(event, changed)
    report.show(["services", "Python"], [(", ".join(services), ", ".join(versions))], changed.unknown or f"for {event}")
    github.set_outputs(services=json.dumps(services), pythons=json.dumps(versions))
