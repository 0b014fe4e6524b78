"""Which files a change touches, by git.

Source: GitHub's documentation, "Workflow syntax for GitHub Actions", section "Git diff comparisons".
"""

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plumbline.kernel.errors import PlumblineError

LIMIT = 300  # GitHub compares at least this many files; what lies beyond may be missed, so that then everything runs
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
NOTHING = "0" * 40  # the commit before a branch was created, and after it was deleted


@dataclass(frozen=True)
class Changes:
    """The files that a change touches.

    Attributes:
        files: Paths from the root, sorted: both names of a renamed file, and what was deleted.
        unknown: Why they cannot be known or relied on, so that everything has to run; None if they can.
    """

    files: tuple[str, ...] = ()
    unknown: str | None = None


def of_event(name: str, event: Mapping[str, Any], root: Path = Path()) -> Changes:
    """Give what changed in a GitHub event: two dots for a push, three for a pull request.

    Args:
        name: The event's name, such as pull_request.
        event: The event's payload.
        root: The clone, with the history of both sides.
    """
    try:
        if name == "push":
            return _between(event["before"], event["after"], root)
        if name == "merge_group":
            return _between(event["merge_group"]["base_sha"], event["merge_group"]["head_sha"], root)
        if name in ("pull_request", "pull_request_target"):
            request = event["pull_request"]
            return _since_fork(request["base"]["sha"], request["head"]["sha"], root)
    except (KeyError, TypeError) as error:
        return Changes(unknown=f"the event {name} lacks {error}")
    return Changes(unknown=f"the event {name} compares nothing")


def of_clone(base: str, root: Path = Path()) -> Changes:
    """Give what the clone at `root` changes since it forked from `base`: commits, working tree and untracked files.

    Raises:
        PlumblineError: The clone has no commit `base`, or no history in common with it.
    """
    try:
        fork = _git(root, "merge-base", base, "HEAD").strip()
        names = _diff(root, fork) + _names(_git(root, "ls-files", "--others", "--exclude-standard", "-z"))
    except _GitError as error:
        raise PlumblineError(f"cannot compare with {base}: {error}; name another with --base") from None
    return _counted(names)


def _between(before: str, after: str, root: Path) -> Changes:
    if (wrong := _no_commit(before, after)) is not None:
        return wrong
    if NOTHING in (before, after):
        return Changes(unknown="the branch was created or deleted: there is nothing to compare with")
    return _compare(root, before, after)


def _since_fork(base: str, head: str, root: Path) -> Changes:
    if (wrong := _no_commit(base, head)) is not None:
        return wrong
    try:
        return _compare(root, _git(root, "merge-base", base, head).strip(), head)
    except _GitError as error:
        return Changes(unknown=f"no merge base: {error}")


def _no_commit(*given: object) -> Changes | None:
    """Refuse what git could take for an option: an event may be written by hand."""
    wrong = [one for one in given if not (isinstance(one, str) and _COMMIT.fullmatch(one))]
    return Changes(unknown=f"the event names {wrong[0]!r}, which is no commit") if wrong else None


def _compare(root: Path, before: str, after: str) -> Changes:
    try:
        return _counted(_diff(root, before, after))
    except _GitError as error:
        return Changes(unknown=f"no difference: {error}")


def _diff(root: Path, *commits: str) -> list[str]:
    # Without renames git lists a moved file twice, as deleted and as added: both folders are touched.
    return _names(_git(root, "diff", "--no-renames", "--name-only", "-z", *commits, "--"))


def _names(listed: str) -> list[str]:
    return [name for name in listed.split("\0") if name]


def _counted(names: list[str]) -> Changes:
    files = tuple(sorted(set(names)))
    if len(files) > LIMIT:
        return Changes(files, f"{len(files)} files changed, more than the {LIMIT} that GitHub is sure to compare")
    return Changes(files)


class _GitError(Exception):
    """What git wrote when it failed."""


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, check=False)
    if done.returncode:
        raise _GitError(done.stderr.decode(errors="replace").strip() or f"git {arguments[0]} found none")
    return done.stdout.decode(errors="surrogateescape")
