"""What git says of this clone, and the environment in which git runs."""

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from plumbline.kernel.errors import PlumblineError

# What git sets for its hooks, of `git rev-parse --local-env-vars`: the repository, index, tree and options of the
# command that the hook is of. Whoever is started by a hook means the repository in which it works.
_OF_A_HOOK = (
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_CONFIG_PARAMETERS",
    "GIT_DIR",
    "GIT_INDEX_FILE",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_QUARANTINE_PATH",
    "GIT_WORK_TREE",
)
# Without the user's and the machine's configuration: no commit is signed, no hook is run, no template copied.
UNCONFIGURED = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_TEMPLATE_DIR": ""}


@dataclass(frozen=True)
class State:
    """The commit that is checked out, and whether tracked files differ from it."""

    commit: str | None
    branch: str | None
    dirty: bool


def forget_hook() -> None:
    """Let this process, and all that it starts, work on the repository where it is, though a git hook started it."""
    for name in _OF_A_HOOK:
        os.environ.pop(name, None)


def apart(who: str) -> dict[str, str]:
    """Give the variables for repositories of our own making: `who` commits, and nobody's configuration counts."""
    return identity(who, f"{who}@localhost") | UNCONFIGURED


def identity(name: str, email: str) -> dict[str, str]:
    """Give the variables by which a person or a program commits."""
    return {
        f"GIT_{role}_{what}": value
        for role in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", name), ("EMAIL", email))
    }


def state(root: Path = Path()) -> State:
    """Read the state of the clone at `root`; all is unknown outside a git repository, no commit before the first.

    Raises:
        PlumblineError: There is a repository and git cannot read it, because it is another user's, say.
    """
    if not _readable(root):
        return State(None, None, False)
    changed = _git(root, "status", "--porcelain", "--untracked-files=no")
    branch = _text(_git(root, "branch", "--show-current"))
    commit = _text(_ask(root, "rev-parse", "--verify", "--quiet", "HEAD") or b"")
    return State(commit or None, branch or None, bool(changed))


def show(commit: str, path: str, root: Path = Path()) -> bytes | None:
    """Give the content of a file at a commit; None if this clone has no such commit or the commit no such file.

    Raises:
        PlumblineError: As `state`.
    """
    return _ask(root, "show", f"{commit}:{path}") if _readable(root) else None


def subject(commit: str, root: Path = Path()) -> str | None:
    """Give the date and the first line of a commit; None if this clone does not have it.

    Raises:
        PlumblineError: As `state`.
    """
    line = _ask(root, "log", "-1", "--format=%cs %s", commit) if _readable(root) else None
    return _text(line) if line else None


def described(commit: str | None, dirty: bool) -> str:
    """Name a commit as that of something that was made where it was checked out."""
    return f"{commit or 'none'}{', with uncommitted changes' if dirty else ''}"


def origin(root: Path = Path()) -> str | None:
    """Give the address of the remote `origin` without a user name or password; None if there is none.

    Raises:
        PlumblineError: As `state`.
    """
    address = _ask(root, "remote", "get-url", "origin") if _readable(root) else None
    return strip_credentials(_text(address)) if address else None


def strip_credentials(address: str) -> str:
    """Take user name and password out of a URL; anything else is given back as it is."""
    return re.sub(r"^([a-z0-9+.-]+://)[^/@]*@", r"\1", address)


def _readable(root: Path) -> bool:
    """Tell whether `root` lies in a repository."""
    try:
        _git(root, "rev-parse", "--git-dir")
    except PlumblineError:
        # Git calls a repository that it may not or cannot read none as well.
        if any((folder / ".git").exists() for folder in (root.absolute(), *root.absolute().parents)):
            raise
        return False
    return True


def _ask(root: Path, *arguments: str) -> bytes | None:
    """Give what git answers; None where its exit code says no."""
    done = _run(root, *arguments)
    return done.stdout if done.returncode == 0 else None


def _git(root: Path, *arguments: str) -> bytes:
    done = _run(root, *arguments)
    if done.returncode:
        raise PlumblineError(f"git cannot read the repository at {root.absolute()}:\n{_text(done.stderr)}")
    return done.stdout


def _run(root: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, check=False)
    except FileNotFoundError:
        raise PlumblineError("git is not installed, or not on the PATH: https://git-scm.com/downloads") from None


def _text(output: bytes) -> str:
    return output.decode(errors="replace").strip()
