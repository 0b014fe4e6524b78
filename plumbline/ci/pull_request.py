"""Open a pull request with the commits that a workflow made, as the App whose token is in GITHUB_TOKEN."""

import tempfile
from pathlib import Path
from typing import Any

from plumbline.ci import git
from plumbline.ci.github import Repository
from plumbline.kernel import command, log
from plumbline.kernel.errors import PlumblineError

_TITLE = 256  # characters that GitHub takes


def describe(base: str, root: Path = Path()) -> tuple[str, str]:
    """Give title and text of a pull request with the commits that `base` at `origin` lacks, the oldest first.

    Raises:
        PlumblineError: There is no such commit.
    """
    log_of = ("git", "log", "--reverse", f"origin/{base}..HEAD")
    subjects = command.run(*log_of, "--format=%s", folder=root).splitlines()
    if not subjects:
        raise PlumblineError(f"{base} has every commit of this clone: there is nothing to propose")
    text = command.run(*log_of, "--format=### %s%n%n%b", folder=root).strip()
    return "; ".join(subjects)[:_TITLE], text


def propose(repository: Repository, branch: str, base: str, root: Path = Path()) -> str:
    """Bring the commits that `base` lacks to `branch`, on top of what `base` is now, and keep one pull request for it.

    What the open pull request proposes already stays, but for what the new commits say anew.

    Returns:
        The address of the pull request.

    Raises:
        PlumblineError: There is nothing to propose, `base` says otherwise meanwhile, or git or GitHub refuses.
    """
    describe(base, root)
    command.run("git", "fetch", "--quiet", "origin", f"+refs/heads/{base}:refs/remotes/origin/{base}", folder=root)
    owner = repository.name.partition("/")[0]
    opened: list[dict[str, Any]] = repository.request("GET", "pulls", head=f"{owner}:{branch}", base=base, state="open")
    before = command.run("git", "ls-remote", "origin", f"refs/heads/{branch}", folder=root).partition("\t")[0]
    if before:
        command.run("git", "fetch", "--quiet", "origin", f"refs/heads/{branch}", folder=root)
    new = _commits(f"origin/{base}..HEAD", root)
    old = _commits(f"origin/{base}..{before}", root) if opened and before else []
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "proposal"
        command.run("git", "worktree", "add", "--quiet", "--detach", str(tree), f"origin/{base}", folder=root)
        try:
            if not all(_pick(commit, tree) for commit in new):
                raise PlumblineError(
                    f"{base} changed what is proposed meanwhile: run the workflow again, on its newest commit"
                )
            command.run("git", "reset", "--quiet", "--hard", f"origin/{base}", folder=tree)
            for commit in old:
                _pick(commit, tree)
            for commit in new:
                _pick(commit, tree, "--strategy-option=theirs")
            title, text = describe(base, tree)
            lease = f"--force-with-lease=refs/heads/{branch}:{before}"
            command.run("git", "push", "--quiet", lease, "origin", f"HEAD:refs/heads/{branch}", folder=tree)
        finally:
            command.run("git", "worktree", "remove", "--force", str(tree), folder=root)
    if opened:
        changed: dict[str, Any] = repository.request(
            "PATCH", f"pulls/{opened[0]['number']}", {"title": title, "body": text}
        )
        return str(changed["html_url"])
    made: dict[str, Any] = repository.request(
        "POST", "pulls", {"head": branch, "base": base, "title": title, "body": text}
    )
    return str(made["html_url"])


def _commits(span: str, root: Path) -> list[str]:
    return command.run("git", "rev-list", "--reverse", "--no-merges", span, folder=root).split()


def _pick(commit: str, tree: Path, *options: str) -> bool:
    """Apply a commit, unless it says nothing new; tell whether it did not contradict what is there."""
    try:
        command.run("git", "cherry-pick", *options, commit, folder=tree, environment=git.IDENTITY)
    except PlumblineError:
        conflict = command.run("git", "ls-files", "--unmerged", folder=tree)
        if not conflict and command.run("git", "status", "--porcelain", folder=tree):
            raise
        command.run("git", "cherry-pick", "--skip", folder=tree)
        return not conflict
    return True


def main(branch: str, /, *, base: str = "main") -> None:
    """Bring the commits of this clone to a branch, and keep one pull request for it.

    Args:
        branch: Such as deploy/staging.
        base: The branch that shall have the commits.

    Raises:
        PlumblineError: There is nothing to propose, or git or GitHub refuses.
    """
    url = propose(Repository.of_environment(), branch, base)
    log.get("pull-request").info("proposed", url=url)
