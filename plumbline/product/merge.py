"""One PRODUCT file in an upgrade: as the former release had it, as the team has it, as the new release has it."""

import difflib
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from plumbline.kernel.errors import PlumblineError
from plumbline.product.repository import File

Take = Literal["ours", "theirs"]
_FATAL = 128  # of git merge-file: below are numbers of conflicts, above refusals, such as of a binary file


@dataclass(frozen=True)
class Outcome:
    """What becomes of a file.

    Attributes:
        file: The file; None if there is none from now on.
        edited: Whether the team had changed it.
        conflict: What cannot be merged, with git's marks; None if all could.
    """

    file: File | None
    edited: bool = False
    conflict: str | None = None


def merge(base: File | None, ours: File | None, theirs: File | None, take: Take | None = None) -> Outcome:
    """Bring a file to the new release.

    Args:
        base: In the release that the house stands on, with the house's values.
        ours: In the house.
        theirs: In the new release, with the house's values.
        take: Whose lines count where both changed the same ones.
    """
    if ours in (base, theirs):
        return Outcome(theirs)
    if theirs == base:
        return Outcome(ours, edited=True)
    if ours is None or theirs is None:
        if take:
            return Outcome(ours if take == "ours" else theirs, edited=True)
        here, there = ("deleted", "changed") if ours is None else ("edited", "deleted")
        return Outcome(ours, edited=True, conflict=f"you {here} it here, and the release {there} it")
    mode = theirs.mode if base is None or ours.mode == base.mode else ours.mode
    content, conflict = _lines(base.content if base else b"", ours.content, theirs.content, take)
    return Outcome(File(content, mode), edited=True, conflict=conflict)


def show(path: str, release: File | None, here: File | None) -> str:
    """Give the difference that a house keeps from the release."""
    texts = [(file.content.decode(errors="replace") if file else "").splitlines() for file in (release, here)]
    return "\n".join(difflib.unified_diff(texts[0], texts[1], f"release/{path}", f"here/{path}", lineterm=""))


def _lines(base: bytes, ours: bytes, theirs: bytes, take: Take | None) -> tuple[bytes, str | None]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for side, content in {"ours": ours, "base": base, "theirs": theirs}.items():
            (folder / side).write_bytes(content)
        labels = [part for label in ("this house", "the former release", "the new release") for part in ("-L", label)]
        how = f"--{take}" if take else "--diff3"
        command = ["git", "merge-file", "-p", how, *labels, "ours", "base", "theirs"]
        done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    if done.returncode == 0:
        return done.stdout, None
    if done.returncode < _FATAL:
        return done.stdout, done.stdout.decode(errors="replace")
    if b"binary" not in done.stderr.lower():
        raise PlumblineError(f"git merge-file failed: {done.stderr.decode(errors='replace').strip()}")
    if take:
        return (ours if take == "ours" else theirs), None
    return ours, "it is no text, and both changed it"
