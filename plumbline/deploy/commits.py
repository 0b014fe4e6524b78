"""Deployments as commits: each changes one overlay and nothing else, and going back is a revert."""

import re
from collections.abc import Sequence
from pathlib import Path

from plumbline.deploy.overlay import Overlay
from plumbline.kernel import git
from plumbline.kernel.command import run
from plumbline.kernel.errors import PlumblineError

TRAILER = "Deployed-to"
_REVERTED = re.compile(r"This reverts commit ([0-9a-f]{40})")


def check_clean(overlay: Overlay) -> None:
    """Check that a commit would hold the deployment and nothing else.

    Raises:
        PlumblineError: No branch is checked out, or what the overlay holds is not committed.
    """
    if git.state().branch is None:
        raise PlumblineError("no branch is checked out: a deployment is a commit; `git switch main`")
    changed = run("git", "status", "--porcelain", "--", str(overlay.folder)).strip()
    staged = run("git", "diff", "--cached", "--name-only").split()
    if changed or staged:
        raise PlumblineError(
            "a deployment is a commit of its own: commit or restore first what is changed in"
            f" {overlay.folder} or staged: {', '.join(staged) or changed}"
        )


def commit(overlay: Overlay, subject: str, body: Sequence[str]) -> str:
    """Commit the overlay; give the commit.

    Raises:
        PlumblineError: Nothing changed, or git refuses.
    """
    if not run("git", "status", "--porcelain", "--", str(overlay.folder)).strip():
        raise PlumblineError(f"{overlay.environment} runs just that already: there is nothing to deploy")
    message = "\n".join([subject, "", *body, "", f"{TRAILER}: {overlay.environment}"])
    run("git", "commit", "--quiet", "--message", message, "--", str(overlay.folder))
    return run("git", "rev-parse", "HEAD").strip()


def revert_last(overlay: Overlay, reason: str) -> tuple[str, str]:
    """Revert the newest deployment to the environment that was not reverted yet.

    Returns:
        The commit that was reverted, and the new one.

    Raises:
        PlumblineError: There is none, or other changes of the overlay came after it.
    """
    target = _last(overlay.environment)
    if target is None:
        raise PlumblineError(f"git knows no deployment to {overlay.environment} that could be taken back")
    try:
        run("git", "revert", "--no-commit", target)
    except PlumblineError as error:
        run("git", "revert", "--abort")
        raise PlumblineError(f"{target[:12]} cannot be reverted, for the overlay was changed since:\n{error}") from None
    subject = run("git", "log", "-1", "--format=%s", target).strip()
    message = f'Revert "{subject}"\n\nThis reverts commit {target}.\n'
    run("git", "commit", "--quiet", "--message", message + (f"\n{reason}\n" if reason else ""))
    return target, run("git", "rev-parse", "HEAD").strip()


def _last(environment: str) -> str | None:
    """Give the newest deployment that is not reverted."""
    log = run("git", "log", "--format=%H%x00%B%x01")
    reverted: set[str] = set()
    for entry in filter(None, (part.strip() for part in log.split("\x01"))):
        commit_hash, _, message = entry.partition("\x00")
        reverted.update(_REVERTED.findall(message))
        if f"{TRAILER}: {environment}" in message.splitlines() and commit_hash not in reverted:
            return commit_hash
    return None


def changed_since(commit_hash: str, overlay: Overlay, root: Path = Path()) -> bool:
    """Tell whether the overlay at HEAD is another one than at a commit; so too if nobody knows the commit.

    One that came after this clone is fetched: Argo CD goes on to every commit of its branch, whatever that changes.
    """
    try:
        if git.subject(commit_hash, root) is None:
            run("git", "fetch", "--quiet", "origin", commit_hash, folder=root)
        run("git", "diff", "--quiet", commit_hash, "HEAD", "--", str(overlay.folder), folder=root)
    except PlumblineError:
        return True
    return False
