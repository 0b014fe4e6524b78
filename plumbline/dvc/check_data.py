"""Check that git, DVC's cache and the remote tell the same story: what CI and a new clone depend on."""

from pathlib import Path

import yaml

from plumbline.dvc import lock, place, remote
from plumbline.kernel import log
from plumbline.kernel.errors import PlumblineError


def faults(root: Path) -> list[str]:
    """Collect every fault, each with what to do about it."""
    # The cache first: DVC removes a corrupted object when it comes upon one, and says nothing.
    return [*remote.corrupted(root), *lock.strange(root), *lock.stale(root), *remote.missing(root)]


def tracked(root: Path) -> list[str]:
    """Name the files that `.dvc` files track."""
    return sorted(
        (record.parent / out["path"]).relative_to(root).as_posix()
        for record in root.glob("data/**/*.dvc")
        for out in yaml.safe_load(record.read_text())["outs"]
    )


def main(*, root: Path = Path()) -> None:
    """Check that git, DVC's cache and the remote tell the same story.

    Args:
        root: The clone.

    Raises:
        PlumblineError: Names each fault.
    """
    found = faults(root)
    if found:
        heading, folder = f"{len(found)} fault(s) of the versioned data:", place.inside(root)
        raise PlumblineError("\n  ".join([heading, *found]) + (f"\n{place.advice(folder)}" if folder else ""))
    log.get("check-data").info("whole", tracked=tracked(root))
