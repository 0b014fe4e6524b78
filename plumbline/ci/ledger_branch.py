"""Keep the ledger on a git branch of its own, so that it outlives the machine that a workflow ran on."""

from pathlib import Path

from plumbline.kernel import command, log
from plumbline.kernel.errors import PlumblineError

BRANCH = "ledger"
FOLDER = Path("ledger")
_FILE = "ledger.jsonl"
_AUTHOR = ("-c", "user.name=CI Pipeline", "-c", "user.email=ci-pipeline@localhost")


def get(root: Path = Path()) -> None:
    """Check the branch out into `ledger/`; begin it there if `origin` has none.

    Raises:
        PlumblineError: There is such a folder already, or `origin` cannot be reached.
    """
    if command.run("git", "ls-remote", "--heads", "origin", BRANCH, folder=root):
        command.run(
            "git", "fetch", "--quiet", "origin", f"+refs/heads/{BRANCH}:refs/remotes/origin/{BRANCH}", folder=root
        )
        command.run("git", "worktree", "add", "--quiet", "-B", BRANCH, str(FOLDER), f"origin/{BRANCH}", folder=root)
    else:
        tree = command.run("git", "hash-object", "-w", "-t", "tree", "/dev/null", folder=root).strip()
        first = command.run("git", *_AUTHOR, "commit-tree", tree, "-m", "Begin the ledger", folder=root).strip()
        command.run("git", "worktree", "add", "--quiet", "-B", BRANCH, str(FOLDER), first, folder=root)


def put(message: str, root: Path = Path()) -> bool:
    """Commit and push what was appended to the ledger.

    Returns:
        Whether there was anything.

    Raises:
        PlumblineError: There is no `ledger/`, or somebody else pushed meanwhile.
    """
    folder = root / FOLDER
    if not (folder / ".git").exists():
        raise PlumblineError(
            f"{folder} is not there: run `plumb ci ledger-get` before anything is appended to the ledger"
        )
    if not command.run("git", "status", "--porcelain", folder=folder):
        return False
    command.run("git", "add", _FILE, folder=folder)
    command.run("git", *_AUTHOR, "commit", "--quiet", "--message", message, folder=folder)
    advice = "If the branch moved, two workflows wrote at a time: run this one again, its lines are not in the ledger"
    command.run("git", "push", "--quiet", "origin", f"HEAD:refs/heads/{BRANCH}", folder=folder, advice=advice)
    return True


def fetch() -> None:
    """Fetch the branch `ledger` into ledger/."""
    get()
    log.get("ledger").info("fetched", folder=str(FOLDER))


def push() -> None:
    """Commit ledger/ledger.jsonl and push the branch `ledger`."""
    commit = command.run("git", "rev-parse", "HEAD").strip()
    log.get("ledger").info("pushed" if put(f"Record what {commit} registered") else "nothing new")
