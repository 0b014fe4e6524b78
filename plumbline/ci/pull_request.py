"""Open a pull request with the commits that a workflow made, as the App whose token is in GITHUB_TOKEN."""

from pathlib import Path
from typing import Any

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
    """Push HEAD as `branch` and open its pull request; give the address.

    Raises:
        PlumblineError: There is nothing to propose, or git or GitHub refuses.
    """
    title, text = describe(base, root)
    command.run("git", "push", "--quiet", "origin", f"HEAD:refs/heads/{branch}", folder=root)
    opened: dict[str, Any] = repository.request(
        "POST", "pulls", {"head": branch, "base": base, "title": title, "body": text}
    )
    return str(opened["html_url"])


def main(folder: str, /, *, base: str = "main") -> None:
    """Push the commits as a branch and open its pull request.

    Args:
        folder: The branch is this, a slash and the commit.
        base: The branch that shall have the commits.
    """
    commit = command.run("git", "rev-parse", "--short=12", "HEAD").strip()
    url = propose(Repository.of_environment(), f"{folder}/{commit}", base)
    log.get("pull-request").info("opened", url=url)
