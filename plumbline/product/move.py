"""Bring a clone from one commit to the next, or leave it where it was.

Git moves the work tree file by file and the branch last. A note beside the repository says what is under way; whoever
finds the note of a dead process puts the files back that had moved already. A file with neither version is the user's.
"""

from pathlib import Path

from plumbline.kernel import jsonfile
from plumbline.kernel.errors import PlumblineError
from plumbline.product import repository
from plumbline.product.repository import File, git, line, on_disk, paths

_NAME = "plumbline-upgrade"


def private(root: Path, suffix: str = "") -> Path:
    """Give the path of what an upgrade keeps out of the work tree."""
    return Path(line(root, "rev-parse", "--absolute-git-dir")) / f"{_NAME}{suffix}"


def forward(root: Path, before: str, after: str) -> None:
    """Move branch, index and work tree from `before`, which is clean, to its child `after`.

    Raises:
        PlumblineError: Git refuses, for an untracked file that would be overwritten, say, or fails; all is as it was.
    """
    note = private(root, ".json")
    draft = note.with_suffix(".draft")
    jsonfile.write(draft, {"before": before, "after": after})
    draft.replace(note)
    try:
        git(root, "merge", "--quiet", "--ff-only", after)
    except PlumblineError:
        # A refusal comes before the first file; what fails later, for a full disk say, is put back.
        if git(root, "status", "--porcelain", "--untracked-files=no"):
            recover(root)
        else:
            note.unlink()
        raise
    note.unlink()


def recover(root: Path) -> None:
    """Put back what a killed upgrade had moved.

    Raises:
        PlumblineError: A file was edited since; it is named, and nothing is put back.
    """
    note = private(root, ".json")
    if not note.exists():
        return
    before, after = (jsonfile.read(note)[name] for name in ("before", "after"))
    if line(root, "rev-parse", "HEAD") == before:
        _back(root, before, after)
    note.unlink()


def _back(root: Path, before: str, after: str) -> None:
    changed = paths(root, "diff", "--name-only", "--no-renames", "-z", before, after)
    old, new = repository.files(root, before), repository.files(root, after)
    moved: list[str] = []
    edited: list[str] = []
    for path in changed:
        here: File | None = on_disk(root / path)
        # Git overwrites no file that it does not know: such a one was there before.
        if here == old.get(path) or (path not in old and here != new.get(path)):
            continue
        # Git removes a file before it writes the new one: an absent one was on its way.
        (moved if here in (None, new.get(path)) else edited).append(path)
    if edited:
        raise PlumblineError(
            f"an upgrade was killed while it moved, and these were edited since: {', '.join(edited)}\n"
            "Put your edits aside with `git stash`, and try again."
        )
    for path in moved:
        repository.write(root / path, old.get(path))
    git(root, "reset", "--quiet", before)
