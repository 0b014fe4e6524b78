"""A git merge driver for dvc.lock: merges it stage by stage, as two branches rarely run the same stage.

git calls it with the files of the common ancestor, ours and theirs, and takes what it leaves in ours. Lines that git
would merge by their text can come from different runs; a whole stage comes from one.
"""

import sys
from pathlib import Path
from typing import Any

import yaml

from plumbline.kernel import command

Stages = dict[str, Any]


def merge(base: Stages, ours: Stages, theirs: Stages) -> tuple[Stages, list[str]]:
    """Merge the stages of three dvc.lock files.

    Returns:
        The merged stages, and the names of those that both sides ran differently; these are left out, so that
        `dvc repro` runs them.
    """
    merged: Stages = {}
    conflicts = []
    for name in dict.fromkeys([*ours, *theirs]):
        before, mine, other = base.get(name), ours.get(name), theirs.get(name)
        if mine in (other, before):
            chosen = other
        elif other == before:
            chosen = mine
        else:
            conflicts.append(name)
            continue
        if chosen is not None:
            merged[name] = chosen
    return merged, conflicts


def main(base: Path, ours: Path, theirs: Path) -> int:
    """Merge into `ours`; give 0 if all stages merged, 1 if git shall report a conflict."""
    locks = [yaml.safe_load(path.read_text()) or {} for path in (base, ours, theirs)]
    merged, conflicts = merge(*(lock.get("stages", {}) for lock in locks))
    text = yaml.safe_dump({"schema": "2.0", "stages": merged}, sort_keys=False, allow_unicode=True)
    ours.write_text(text, encoding="utf-8")
    if conflicts:
        print(  # noqa: T201 - git shows it
            f"dvc.lock: both branches ran {', '.join(conflicts)}; run `dvc repro`, then `git add dvc.lock`",
            file=sys.stderr,
        )
        return 1
    print("dvc.lock: merged stage by stage; run `dvc repro` to bring it up to date", file=sys.stderr)  # noqa: T201
    return 0


def configure() -> None:
    """Make git merge dvc.lock stage by stage in this clone."""
    command.run("git", "config", "merge.dvc-lock.name", "dvc.lock, stage by stage")
    driver = f"'{sys.executable}' -m plumbline.dvc.merge_lock %O %A %B"
    command.run("git", "config", "merge.dvc-lock.driver", driver)


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:4])))
