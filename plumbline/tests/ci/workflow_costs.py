"""What a run of a workflow must not cost: each check takes the folder of a repository and gives its faults."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from plumbline.testing import tools
from plumbline.tests.ci.workflow_checks import jobs, load, steps

Check = Callable[[Path], list[str]]
ANEW = {".plumbline/layers"}  # folders that a command writes anew: nothing of what was restored stays in them
_TOOLS = "plumb ci tools"
# Where `plumb ci tools` leaves what takes long, and the file that says which versions.
_KEPT = {".plumbline/bin": "plumbline/testing/tools.py", ".plumbline/schemas": "infrastructure/schemas.toml"}
_DEPRECATED = {"actions/create-github-app-token": {"app-id": "client-id"}}


def _caches(root: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for where, step in steps(root):
        if step.get("uses", "").startswith("actions/cache@"):
            yield where, step["with"]


def caches_that_only_grow(root: Path) -> list[str]:
    """A key that names a commit or a run makes an entry each time; what an older entry held is saved again."""
    found = []
    for where, cache in _caches(root):
        if "hashFiles(" not in cache["key"] or re.search(r"\bgithub\.|run_id", cache["key"]):
            found.append(f"{where}: the key of {cache['path']} is not of what is kept there")
        if "restore-keys" in cache and cache["path"] not in ANEW:
            found.append(f"{where}: what {cache['path']} held under an older key stays in it for ever")
    return found


def caches_of_another_environment(root: Path) -> list[str]:
    """A job that installs a few packages waits for no cache of all."""
    found = []
    for path in sorted(root.glob(".github/actions/*/action.yml")):
        given = load(path)["runs"]["steps"]
        made = [re.search(r"requirements/(\w+)\.txt|$", step["run"]) for step in given if "make setup" in str(step)]
        restored = [step.get("with", {}).get("requirements") for step in given if "/python" in step.get("uses", "")]
        found += [
            f"action {path.parent.name}: restores what {cache or 'dev'} names and installs {name[1] or 'dev'}"
            for cache, name in zip(restored, made, strict=False)
            if name and cache != name[1]
        ]
    return found


def tools_that_are_made_in_each_run(root: Path) -> list[str]:
    """What Go builds, or fetches whole modules for, is kept from run to run."""
    found = []
    for where, job in jobs(root):
        kept: dict[str, str] = {}
        for step in job.get("steps", []):
            if step.get("uses", "").startswith("actions/cache@"):
                kept |= dict.fromkeys(step["with"]["path"].split(), step["with"]["key"])
            run = step.get("run", "")
            if run.startswith(_TOOLS):
                names = run.removeprefix(_TOOLS).split() or tools.EVERY
                wanted = {".plumbline/bin"} if set(names) & set(tools.GO) else set()
                wanted |= {".plumbline/schemas"} if "schemas" in names else set()
                found += [
                    f"{where}: `{run}` makes {folder} in each run"
                    for folder in sorted(wanted)
                    if _KEPT[folder] not in kept.get(folder, "")
                ]
    return found


def inputs_that_have_a_new_name(root: Path) -> list[str]:
    """The action still takes them, with a warning in each run."""
    return [
        f"{where}: {action} calls `{old}` `{new}` now"
        for where, step in steps(root)
        for action, renamed in _DEPRECATED.items()
        if step.get("uses", "").startswith(f"{action}@")
        for old, new in renamed.items()
        if old in step.get("with", {})
    ]
