"""Change every guard, right, order, secret and artifact of the workflows in turn: docs/jobs.md must notice each.

A mutant is noticed if the page that is made of it is another, or if GitHub would refuse the workflow.
"""

import copy
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from plumbline.ci.jobs import table
from plumbline.ci.jobs.expressions import condition
from plumbline.ci.jobs.play import Files, needs, read
from plumbline.kernel.errors import PlumblineError

_NAME = re.compile(r"\b(secrets|vars)\.\w+")
# What no event of GitHub, or none that is played, can tell from the original, with the reason.
EQUIVALENT = {
    "deploy.yml, propose.if: `github.ref == 'refs/heads/main'` is true": (
        "its callers push and promote on main alone; kept, as the job writes to the store of bundles"
    ),
    "service-pipeline.yml, deploy.if: none": (
        "`publish` says what it pushed, or fails, or is skipped and this with it; kept, as an output may be dropped"
    ),
    "service-pipeline.yml, test.steps.5.if: `matrix.python == '3.11'` is true": (
        "the rows of a matrix that is computed are played as one; without it each Python would send the same coverage"
    ),
    "watch.yml, scan.steps.5.if: `!cancelled()` is true": (
        "no step that fails is played; without it a scan that finds something would show nothing under Security"
    ),
    "watch.yml, scan.steps.5.if: `steps.scan.outputs.images != ''` is true": (
        "the scan is played where something was deployed; without it the upload would fail where nothing was"
    ),
}


@dataclass(frozen=True)
class Mutant:
    """One change.

    Attributes:
        kind: What it is a change of: if, permissions, environment, concurrency, needs, secret or artifact.
        what: The change, with the file and the place.
        files: The workflows with it.
    """

    kind: str
    what: str
    files: Files


def mutants(files: Files) -> Iterator[Mutant]:
    """Give every mutant."""
    for file, content in files.items():
        for kind, what, change in _changes(content):
            changed = {**files, file: copy.deepcopy(content)}
            change(changed[file])
            yield Mutant(kind, f"{file}, {what}", changed)


Change = tuple[str, str, Callable[[Any], object]]


def _changes(content: dict[str, Any]) -> Iterator[Change]:
    yield from _rights((), content)
    yield from _groups((), content)
    for name in (content["on"].get("workflow_call") or {}).get("secrets", {}):
        yield "secret", f"not declared: {name}", _without(("on", "workflow_call", "secrets"), name)
    for job, body in content["jobs"].items():
        place = ("jobs", job)
        yield from _guards(place, body)
        yield from _rights(place, body)
        yield from _groups(place, body)
        yield from _order(place, body)
        for name in body.get("secrets", {}):
            yield "secret", f"{job}: not given to the call: {name}", _without((*place, "secrets"), name)
        for path, text in _texts(place, body):
            for found in _NAME.finditer(text) if path[-1] != "if" else ():
                other = f"{text[: found.start()]}{found[1]}.OTHER{text[found.end() :]}"
                yield "secret", f"{_at(path)}: {found[0]} → {found[1]}.OTHER", _set(path, other)
        if "environment" in body:
            yield "environment", f"{job}: none", _without(place, "environment")
            yield "environment", f"{job}: another", _set((*place, "environment"), "other")
        for number, step in enumerate(body.get("steps", [])):
            here = (*place, "steps", number)
            yield from _guards(here, step)
            if "load-artifact@" in step.get("uses", ""):
                for key in {"name", "pattern"} & set(step["with"]):
                    path = (*here, "with", key)
                    yield "artifact", f"{_at(path)}: another", _set(path, f"other-{step['with'][key]}")


def _guards(place: tuple[Any, ...], body: dict[str, Any]) -> Iterator[Change]:
    if "if" in body:
        yield "if", f"{_at((*place, 'if'))}: none", _without(place, "if")
        yield from _conditions((*place, "if"), condition(body["if"]))
    for name, value in body.get("with", {}).items() if "jobs" in place and "steps" not in place else ():
        if isinstance(value, str) and value.startswith("${{") and re.search("&&|contains|==|!=", value):
            yield from _conditions((*place, "with", name), condition(value))


def _conditions(path: tuple[Any, ...], text: str) -> Iterator[Change]:
    yield "if", f"{_at(path)}: the opposite", _set(path, f"${{{{ !({text}) }}}}")
    parts = re.split(r"(\s*(?:&&|\|\|)\s*)", text)
    for number in range(0, len(parts), 2) if len(parts) > 1 else ():
        operand = parts[number]
        # A bracket that opens or closes here stays, around what is always or never so.
        beside = parts[number - 1 : number] * (number > 0) + parts[number + 1 : number + 2]
        neutral = "false" if any("||" in sign for sign in beside) else "true"
        opened, closed = operand.startswith("("), operand.count(")") > operand.count("(")
        left = "".join([*parts[:number], "(" * opened + neutral + ")" * closed, *parts[number + 1 :]])
        yield "if", f"{_at(path)}: `{operand.strip()}` is {neutral}", _set(path, f"${{{{ {left} }}}}")


def _rights(place: tuple[Any, ...], body: dict[str, Any]) -> Iterator[Change]:
    path = (*place, "permissions")
    for scope, level in body.get("permissions", {}).items():
        other = "read" if level == "write" else "write"
        yield "permissions", f"{_at(path)}: {scope} {other}", _set((*path, scope), other)
        yield "permissions", f"{_at(path)}: no {scope}", _without(path, scope)
    if "permissions" in body:
        yield "permissions", f"{_at(path)}: none", _without(place, "permissions")
        yield "permissions", f"{_at(path)}: packages write", _set((*path, "packages"), "write")


def _groups(place: tuple[Any, ...], body: dict[str, Any]) -> Iterator[Change]:
    path = (*place, "concurrency")
    if "concurrency" in body:
        yield "concurrency", f"{_at(path)}: none", _without(place, "concurrency")
        cancels = not body["concurrency"]["cancel-in-progress"]
        yield "concurrency", f"{_at(path)}: cancels is {cancels}", _set((*path, "cancel-in-progress"), cancels)
        yield "concurrency", f"{_at(path)}: another group", _set((*path, "group"), "other")
    else:
        yield "concurrency", f"{_at(path)}: a group", _set(path, "group")


def _order(place: tuple[Any, ...], body: dict[str, Any]) -> Iterator[Change]:
    for name in needs(body):
        yield (
            "needs",
            f"{place[-1]}: not after {name}",
            _set((*place, "needs"), [one for one in needs(body) if one != name]),
        )


def _texts(path: tuple[Any, ...], value: Any) -> Iterator[tuple[tuple[Any, ...], str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _texts((*path, key), inner)


def _at(path: tuple[Any, ...]) -> str:
    return ".".join(str(part) for part in path if part != "jobs")


def _set(path: tuple[Any, ...], value: Any) -> Callable[[Any], object]:
    def change(content: Any) -> None:
        for part in path[:-1]:
            content = content[part]
        content[path[-1]] = value

    return change


def _without(path: tuple[Any, ...], key: str) -> Callable[[Any], object]:
    def change(content: Any) -> None:
        for part in path:
            content = content[part]
        del content[key]

    return change


class Judge:
    """Tells whether a mutant is noticed."""

    def __init__(self, files: Files) -> None:
        self._pages = [table.render(files, deep=deep) for deep in (False, True)]

    def notices(self, mutant: Mutant) -> bool:
        """Compare the page without failures first: it is made in a tenth of the time."""
        try:
            return any(
                table.render(mutant.files, deep=deep) != page
                for deep, page in zip((False, True), self._pages, strict=True)
            )
        except PlumblineError:
            return True


def survivors(files: Files) -> tuple[list[Mutant], dict[str, list[int]]]:
    """Give the mutants that are not noticed, and by kind how many are noticed of how many."""
    judge, score, left = Judge(files), dict[str, list[int]](), list[Mutant]()
    for mutant in mutants(files):
        noticed = judge.notices(mutant)
        counted = score.setdefault(mutant.kind, [0, 0])
        counted[0] += noticed
        counted[1] += 1
        left += [] if noticed else [mutant]
    return left, score


def main() -> int:
    """Change the workflows' guards, rights, order, secrets and artifacts in turn; 1 if one change goes unnoticed."""
    left, score = survivors(read())
    shown = Table("changes of", "noticed", "of")
    for kind, (noticed, count) in score.items():
        shown.add_row(kind, str(noticed), str(count))
    console = Console(width=160, highlight=False)
    console.print(shown)
    for mutant in left:
        console.print(f"not noticed: {mutant.what}: {EQUIVALENT.get(mutant.what, 'no reason')}", markup=False)
    return int(any(mutant.what not in EQUIVALENT for mutant in left))
