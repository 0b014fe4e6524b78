"""What git says of this clone."""

import re
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
    changed = _git(root, "status", "--porcelain", "--untracked-files=no")
    branch = (_git(root, "branch", "--show-current") or b"").decode().strip()
    commit = (_git(root, "rev-parse", "HEAD") or b"").decode().strip()
    return State(commit or None, branch or None, bool(changed))


def show(commit: str, path: str, root: Path = Path()) -> bytes | None:
    """Give the content of a file at a commit; None if this clone has no such commit or the commit no such file."""
    return _git(root, "show", f"{commit}:{path}")


def subject(commit: str, root: Path = Path()) -> str | None:
    """Give the date and the first line of a commit; None if this clone does not have it."""
    line = _git(root, "log", "-1", "--format=%cs %s", commit)
    return line.decode().strip() if line else None


def origin(root: Path = Path()) -> str | None:
    """Give the address of the remote `origin` without a user name or password; None if there is none."""
    address = (_git(root, "remote", "get-url", "origin") or b"").decode().strip()
    return strip_credentials(address) or None


def strip_credentials(address: str) -> str:
    """Take user name and password out of a URL; anything else is given back as it is."""
    return re.sub(r"^([a-z0-9+.-]+://)[^/@]*@", r"\1", address)


def _git(root: Path, *arguments: str) -> bytes | None:
    done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, check=False)
    return done.stdout if done.returncode == 0 else None
