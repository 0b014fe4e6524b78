"""What git says of this clone."""

import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class State:
    """The commit that is checked out, and whether tracked files differ from it."""

    commit: str | None
    branch: str | None
    dirty: bool


def state(root: Path = Path()) -> State:
    """Read the state of the clone at `root`; all is unknown outside a git repository or before the first commit."""

    def git(*arguments: str) -> str | None:
        done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True, check=False)
        return done.stdout.strip() if done.returncode == 0 else None

    changed = git("status", "--porcelain", "--untracked-files=no")
    return State(git("rev-parse", "HEAD"), git("branch", "--show-current") or None, bool(changed))
