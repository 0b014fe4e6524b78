"""Whether dvc.lock says what is true of the clone's code, parameters and data."""

import json
from pathlib import Path
from typing import Any

import yaml

from plumbline.dvc import call, outputs
from plumbline.kernel.errors import PlumblineError


def read(root: Path) -> dict[str, Any]:
    """Read the stages of dvc.lock.

    Raises:
        PlumblineError: It is absent or not whole, or a merge left its conflict markers in it.
    """
    path = root / "dvc.lock"
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise PlumblineError(f"{path} does not exist: run `dvc repro` and commit it") from None
    if text.startswith("<<<<<<< ") or "\n<<<<<<< " in text:
        raise PlumblineError(
            f"{path} has the marks of a merge conflict: run `plumb data merge`, then `git checkout --merge dvc.lock`"
            " to merge it stage by stage, and `dvc repro`"
        )
    try:
        stages: dict[str, Any] = yaml.safe_load(text)["stages"]
    except (yaml.YAMLError, TypeError, KeyError):  # DVC writes it in place
        raise PlumblineError(
            f"{path} is not whole, as a `dvc repro` leaves it that was killed: run `git restore dvc.lock`, then"
            " `dvc repro`, which takes up what was done"
        ) from None
    return stages


def stale(root: Path = Path()) -> list[str]:
    """Find the stages whose code, parameters, command or data are not those that dvc.lock was written for.

    The data is what git names, whatever lies here (`strange`). What a stage made is not looked at: it may not be pulled
    yet.

    Returns:
        A line for each change, which says what to do.
    """
    found = [_line(stage, path) for stage, path in newer_data(root, read(root))]
    outs = {out["path"] for stage in read(root).values() for out in stage.get("outs", [])} | _named(root).keys()
    for stage, changes in _status(root).items():
        if stage.endswith(".dvc"):
            continue
        for change in changes:
            if change == "changed command":
                found.append(_line(stage, "command"))
                continue
            for path, state in _flat(change.get("changed deps", {})):
                if state != "deleted" and not any(path == out or path.startswith(f"{out}/") for out in outs):
                    found.append(_line(stage, path))
    return sorted(set(found))


def strange(root: Path = Path()) -> list[str]:
    """Find what lies here and is another version than git names: git switches branches, and DVC's files stay.

    Returns:
        A line for each file or folder, which says what to do.
    """
    changed = {
        path: name
        for name, changes in _status(root).items()
        for change in changes
        if change != "changed command"
        for path, state in change.get("changed outs", {}).items()
        if state == "modified"
    }
    found = []
    for path in outputs.other(root, changed.keys()):
        name = changed[path]
        versioned = name.endswith(".dvc")
        keep = "`plumb data version`, then `dvc repro`" if versioned else "`dvc repro`, and commit dvc.lock"
        found.append(
            f"{path} is not the version that git names: `dvc checkout {name}` brings that, as after a switch of"
            f" branches; if it was changed here on purpose, {keep}"
        )
    return sorted(found)


def refuse_strange(root: Path = Path()) -> None:
    """Raise a PlumblineError if something here is another version than git names."""
    found = strange(root)
    if found:
        raise PlumblineError("\n".join(["what lies here is not what git names:", *found]))


def newer_data(root: Path, stages: dict[str, Any]) -> list[tuple[str, str]]:
    """Compare the hashes of the `.dvc` files with those that the stages were run on; needs no data.

    Args:
        root: Of the clone.
        stages: Those of a dvc.lock.

    Returns:
        Each stage that was run on another version than the clone's `.dvc` file names, with the path of the data.
    """
    named = _named(root)
    return [
        (stage, dep["path"])
        for stage, entry in stages.items()
        for dep in entry.get("deps", [])
        if named.get(dep["path"], dep["md5"]) != dep["md5"]
    ]


def _named(root: Path) -> dict[str, str]:
    """Give the md5 of each file that a `.dvc` file names, by its path."""
    return {
        (record.parent / out["path"]).relative_to(root).as_posix(): out["md5"]
        for record in root.glob("data/**/*.dvc")
        for out in yaml.safe_load(record.read_text())["outs"]
    }


def _status(root: Path) -> dict[str, Any]:
    status: dict[str, Any] = json.loads(call.run("status", "--json", folder=root))
    return status


def _flat(changes: dict[str, Any]) -> list[tuple[str, str]]:
    """Give (path, state); a parameters file holds its changed keys one level deeper."""
    return [(path, state if isinstance(state, str) else "modified") for path, state in changes.items()]


def _line(stage: str, what: str) -> str:
    return f"dvc.lock is stale: stage {stage} was run with another {what}; run `dvc repro`, then commit dvc.lock"
