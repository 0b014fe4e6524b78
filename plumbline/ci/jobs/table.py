"""The page docs/jobs.md: what each job of the workflows may do, and when it runs."""

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from plumbline.ci import preflight
from plumbline.ci.jobs.play import Files, needs, played, read, turn
from plumbline.ci.jobs.worlds import WORLDS
from plumbline.kernel import log

PAGE = Path("docs/jobs.md")
_NAME = re.compile(r"\b(?:secrets|vars)\.\w+")
_BUSY = ("main", "request", "queue", "search", "overlay", "night")  # the worlds in which jobs fail


_HEAD = (
    "# Jobs",
    "",
    "What each job of the workflows may do, and when it runs. `plumb ci jobs` makes it from the workflows' own files,",
    "and a test compares. A change of this page is a change of rights, guards or order: review it as one.",
    "",
)
_LEGEND = (
    "*Lost without*: the capability of `plumb ci preflight` without which it does not run. *In spite of*: the jobs",
    "whose failure does not keep a job from running; a failure before it in the job, for a step.",
)


def render(files: Files, deep: bool = True) -> str:
    """Give the page.

    Args:
        files: The workflows.
        deep: Whether to say what missing capabilities and failures change, which takes most of the time.

    Raises:
        PlumblineError: GitHub would refuse a workflow.
    """
    ran = {name: played(files, world) for name, (_, world) in WORLDS.items()}
    lines = [*_HEAD, *(f"- *{name}*: {text}" for name, (text, _) in WORLDS.items()), "", *_LEGEND]
    lost = _lost(files, ran) if deep else {}
    spared = _spared(files, ran) if deep else {}
    for file, content in files.items():
        called = content["on"].get("workflow_call", {}) or {}
        declared = ", ".join(f"`{name}`" for name in called.get("secrets", {})) or "none"
        group = content.get("concurrency")
        lines += [
            "",
            f"## {file}",
            "",
            f"Secrets that a caller may give: {declared}. Rights at the top: {_rights(content)}.",
        ]
        lines += [f"Group: `{group}`."] * bool(group)
        for job, body in content["jobs"].items():
            key = f"{file}/{job}"
            lines += ["", f"**{job}**", "", f"- runs: {_when(key, ran)}", *_facts(body)]
            lines += [f"- lost without: {_list(lost.get(key, []))}"] * bool(lost.get(key))
            lines += [f"- in spite of: {_list(spared.get(key, []))}"] * bool(spared.get(key))
            for place, step in enumerate(body.get("steps", [])):
                if "if" in step:
                    one = f"{key}#{place}"
                    spite = " in spite of a failure" if one in spared else ""
                    spite += ", even of the first step" * ("even if nothing went well" in spared.get(one, []))
                    spite += ", in the last row of the matrix, too" * any(f"{one}+" in keys for keys in ran.values())
                    gone = f", lost without {_list(lost[one])}" if lost.get(one) else ""
                    lines.append(f"- step `{_title(step)}`: {_when(one, ran)}{spite}{gone}")
    return "\n".join(lines) + "\n"


def _when(key: str, ran: dict[str, set[str]]) -> str:
    return _list(name for name in ran if key in ran[name])


def _list(names: Iterable[str]) -> str:
    return ", ".join(names) or "never"


def _title(step: dict[str, Any]) -> str:
    return str(step["run"]) if "run" in step else str(step["uses"]).partition("@")[0]


def _rights(body: dict[str, Any]) -> str:
    return _list(f"{scope} {level}" for scope, level in body.get("permissions", {}).items())


def _facts(body: dict[str, Any]) -> list[str]:
    names = Counter(_NAME.findall(str({key: value for key, value in body.items() if key != "if"})))
    shared = [
        f"{'gives' if 'upload' in step['uses'] else 'takes'} `{step['with'].get('name', step['with'].get('pattern'))}`"
        for step in body.get("steps", [])
        if "load-artifact@" in step.get("uses", "")
    ]
    environment = body.get("environment")
    facts = {
        "after": _list(needs(body)),
        "environment": f"`{environment}`" if environment else "",
        "group": str(body.get("concurrency", "")),
        "rights": _rights(body) if "permissions" in body else "",
        "names": ", ".join(
            f"`{name}`" + (f" ({count} times)" if count > 1 else "") for name, count in sorted(names.items())
        ),
        "gives to the call": ", ".join(f"`{key}` = `{value}`" for key, value in body.get("secrets", {}).items()),
        "artifacts": ", ".join(shared),
    }
    return [f"- {kind}: {fact}" for kind, fact in facts.items() if fact and fact != "never"]


def _lost(files: Files, ran: dict[str, set[str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for pipeline, section in preflight.read().items():
        for name in section:
            for world in ("main", "overlay"):
                without = played(files, WORLDS[world][1], without=f"{pipeline}.{name}")
                for key in ran[world] - without:
                    found.setdefault(key, []).append(f"`{pipeline}.{name}`")
    return found


def _spared(files: Files, ran: dict[str, set[str]]) -> dict[str, list[str]]:
    """Give what runs in spite of the failure of a job that it needs, and what a failure alone starts."""
    found: dict[str, list[str]] = {}
    for file, content in files.items():
        for job, body in content["jobs"].items():
            after = {name for name, other in content["jobs"].items() if job in needs(other)}
            for world in _BUSY:
                if f"{file}/{job}" not in ran[world]:
                    continue
                here = played(files, WORLDS[world][1], fails=f"{file}/{job}")
                guarded = [place for place, step in enumerate(body.get("steps", [])) if "if" in step]
                early = played(files, WORLDS[world][1], fails=f"{file}/{job}", early=True) if guarded else set()
                for place in guarded:
                    if f"{file}/{job}#{place}" in early:
                        found.setdefault(f"{file}/{job}#{place}", []).append("even if nothing went well")
                keys = {f"{file}/{name}" for name in after} & here | (here - ran[world])
                keys |= {f"{file}/{job}#{place}" for place in guarded if place > turn(body)} & here
                for key in sorted(keys):
                    text = f"{file}/{job} ({world})"
                    if "#" not in key or key.startswith(f"{file}/{job}#"):
                        found.setdefault(key, []).append(text)
    return found


def main() -> None:
    """Write docs/jobs.md, which says what each job of the workflows may do and when it runs."""
    PAGE.write_text(render(read()), encoding="utf-8")
    log.get("jobs").info("written", page=str(PAGE))
