"""Play the workflows for an event: which jobs and steps run, if nothing but what is said fails."""

import functools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from plumbline.ci import matrix, preflight
from plumbline.ci.jobs.expressions import asks_for_status, condition, evaluate, fill
from plumbline.ci.routing.changes import Changes
from plumbline.ci.routing.workflows import FOLDER
from plumbline.kernel.errors import PlumblineError
from plumbline.product import house
from plumbline.product.ownership import matches

Files = dict[str, Any]


class Every(dict[str, str]):
    """A context in which every name has a value."""

    def get(self, name: str, _: object = None) -> str:
        """Give the name itself: nothing is ever absent."""
        return name


@dataclass(frozen=True)
class World:
    """What a run meets.

    Attributes:
        starts: The workflows that the event starts.
        github: The context of this name.
        inputs: Of who starts it by hand.
        known: Whether the secrets and variables are set.
        routes: What `plumb ci route` says.
        promoted: Whether the policy promotes the official build.
        without: A capability, as PIPELINE.NAME, for which something is missing.
        fails: A job that fails, as FILE/JOB.
        early: Whether it fails at its first step, rather than when it has begun its work.
    """

    starts: tuple[str, ...]
    github: Mapping[str, Any]
    inputs: Mapping[str, Any] = field(default_factory=dict)
    known: bool = True
    routes: Mapping[str, str] = field(default_factory=dict)
    promoted: bool = True
    without: str = ""
    fails: str = ""
    early: bool = False


def read(root: Path = Path()) -> Files:
    """Read the product's workflows, by the names of their files; what a team added speaks for itself."""
    own = house.read(root).paths.own
    files = [path for path in sorted((root / FOLDER).glob("*.yml")) if not matches(f"{FOLDER}/{path.name}", own)]
    return {path.name: YAML(typ="safe", pure=True).load(path) for path in files}


_UNKNOWN = Changes(unknown="no clone is played")
_table = functools.cache(preflight.read)  # a page plays hundreds of runs


class Play:
    """A run of workflows.

    Attributes:
        ran: What ran: FILE/JOB, FILE/JOB#PLACE for a step, and FILE/JOB#PLACE+ for one of the matrix's last row.
    """

    def __init__(self, files: Files, world: World) -> None:
        self._files = files
        self._world = world
        self._table = _table()
        self.ran: set[str] = set()
        given: Mapping[str, str] = Every() if world.known else {}
        for name in world.starts:
            if name in files:
                self._workflow(name, world.inputs, given)

    def _workflow(self, name: str, inputs: Mapping[str, Any], secrets: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
        """Play a workflow; give its result and outputs."""
        content = self._files[name]
        done: dict[str, Any] = {}
        above: dict[str, set[str]] = {}
        waiting = dict(content["jobs"])
        while waiting:
            ready = [job for job, body in waiting.items() if set(needs(body)) <= done.keys()]
            if not ready:
                raise PlumblineError(f"{name}: {', '.join(waiting)} need jobs that are not there, or one another")
            for job in ready:
                body = waiting.pop(job)
                above[job] = set(needs(body)).union(*(above[one] for one in needs(body)))
                context = {
                    "github": self._world.github,
                    "inputs": inputs,
                    "secrets": secrets,
                    "vars": Every() if self._world.known else {},
                    "needs": {one: done[one] for one in needs(body)},
                    "runner": Every(),
                }
                direct = [done[one]["result"] for one in needs(body)]
                failed = any(done[one]["result"] == "failure" for one in above[job])
                context["()"] = _status(all(one == "success" for one in direct) and not failed, failed)
                done[job] = self._job(name, job, body, context)
        results = {job["result"] for job in done.values()}
        described = (content["on"].get("workflow_call") or {}).get("outputs", {})
        outputs = {key: fill(value["value"], {"jobs": done}) for key, value in described.items()}
        return ("failure" if "failure" in results else "success"), outputs

    def _job(self, file: str, name: str, body: dict[str, Any], context: dict[str, Any]) -> dict[str, Any]:
        key = f"{file}/{name}"
        if not _holds(body.get("if"), context):
            return {"result": "skipped", "outputs": {}}
        self.ran.add(key)
        if "uses" in body:
            result, outputs = self._call(body, context)
        else:
            rows = list(_matrix(body, context))
            for row in rows[1:]:
                self._steps(key, body, {**context, "matrix": row}, "+")
            outputs = self._steps(key, body, {**context, "matrix": rows[0]})
            result = "success"
        return {"result": "failure" if key == self._world.fails else result, "outputs": outputs}

    def _call(self, body: dict[str, Any], context: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        called = body["uses"].rpartition("/")[2]
        declared = self._files[called]["on"]["workflow_call"] or {}
        given, secrets = body.get("with", {}), body.get("secrets", {})
        for kind, names in (("inputs", given), ("secrets", secrets)):
            if unknown := set(names) - set(declared.get(kind, {})):
                raise PlumblineError(
                    f"{called} declares no {kind} {', '.join(sorted(unknown))}: GitHub refuses the call"
                )
        inputs = {key: value.get("default") for key, value in declared.get("inputs", {}).items()}
        inputs |= {key: fill(value, context) for key, value in given.items()}
        return self._workflow(called, inputs, {key: fill(value, context) for key, value in secrets.items()})

    def _steps(self, key: str, body: dict[str, Any], context: dict[str, Any], row: str = "") -> dict[str, Any]:
        broken = key == self._world.fails
        steps: dict[str, Any] = {}
        local = {**context, "steps": steps, "env": {}}
        for place, step in enumerate(body["steps"]):
            failed = broken and (self._world.early or place > turn(body))
            local["()"] = _status(not failed, failed)
            if not _holds(step.get("if"), local):
                continue
            self.ran.add(f"{key}#{place}{row}")
            if "id" in step:
                steps[step["id"]] = {"outcome": "success", "outputs": self._outputs(step, body, local)}
        return {name: fill(value, local) for name, value in body.get("outputs", {}).items()}

    def _outputs(self, step: dict[str, Any], body: dict[str, Any], context: dict[str, Any]) -> Mapping[str, Any]:
        if step.get("uses", "").endswith("/preflight"):
            pipeline = step["with"]["pipeline"]
            environment = {name: str(fill(value, context) or "") for name, value in body["env"].items()}
            found = preflight.check(pipeline, environment, self._table)
            lost = self._world.without
            return {"ready": json.dumps([one.name for one in found if one.ready and f"{pipeline}.{one.name}" != lost])}
        if step["id"] == "promotion":
            return {"promoted": "true" if self._world.promoted else "false", "version": "3"}
        if step["id"] == "matrix":
            services, versions = matrix.rows(self._world.github["event_name"], _UNKNOWN)
            return {"services": json.dumps(services), "pythons": json.dumps(versions)}
        return self._world.routes if step["id"] == "route" else Every()


def played(files: Files, world: World, **changes: Any) -> set[str]:
    """Give what runs in a world, with some of it changed."""
    return Play(files, replace(world, **changes)).ran


def needs(body: Mapping[str, Any]) -> list[str]:
    """Give the jobs that a job needs."""
    given = body.get("needs", [])
    return [given] if isinstance(given, str) else list(given)


def _holds(written: object, context: dict[str, Any]) -> bool:
    if written is None:
        return bool(context["()"]["success"]())
    expression = condition(written)
    if not asks_for_status(expression) and not context["()"]["success"]():
        return False
    return bool(evaluate(expression, context))


def _status(success: bool, failed: bool) -> dict[str, Any]:
    return {"success": lambda: success, "failure": lambda: failed, "always": lambda: True, "cancelled": lambda: False}


def _matrix(body: Mapping[str, Any], context: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Give the first and the last row of a job's matrix."""
    lists = {name: fill(value, context) for name, value in _axes(body).items()}
    for end in (0, -1) if any(len(values) > 1 for values in lists.values()) else (0,):
        yield {name: values[end] for name, values in lists.items()}


def _axes(body: Mapping[str, Any]) -> dict[str, Any]:
    return dict(body.get("strategy", {}).get("matrix", {}))


def turn(body: Mapping[str, Any]) -> int:
    """Give the place of the step that fails: the first command."""
    return next((place for place, step in enumerate(body["steps"]) if "run" in step), 0)
