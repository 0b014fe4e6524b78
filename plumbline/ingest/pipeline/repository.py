"""The clone of the repository that names the versions, and git's credentials: in the environment and nowhere else."""

import os
from pathlib import Path
from urllib.parse import urlsplit

from plumbline.ingest.pipeline import environment
from plumbline.kernel import command
from plumbline.kernel.errors import PlumblineError

# Git asks this; the values stay in the environment, out of every URL, argument, file and log.
_HELPER = """!f() { test "$1" = get && printf 'username=%s\\npassword=%s\\n' "$GIT_USERNAME" "$GIT_PASSWORD"; }; f"""
_ADVICE = "Check REPO_URL, and that GIT_USERNAME and GIT_PASSWORD are set and may push to its default branch."
_AUTHOR = "Plumbline data pipeline"


def git(folder: Path, *arguments: str, advice: str = "") -> str:
    """Run git in `folder`, with the credentials and the author of the environment.

    Raises:
        PlumblineError: It failed.
    """
    return command.run("git", *arguments, folder=folder, advice=advice, environment=_environment())


def use_author() -> None:
    """Make the pipeline the author of the commits of this process, unless the environment names another."""
    for name, value in _author().items():
        os.environ.setdefault(name, value)


def clone(url: str, target: Path) -> None:
    """Clone the default branch of `url` to `target`, which must not exist.

    Raises:
        PlumblineError: The URL is empty or holds credentials, or git fails.
    """
    if not url:
        raise PlumblineError("no repository was given: plumb data run --dataset-url … --repo-url …")
    parts = urlsplit(url)
    if parts.password or (parts.username and parts.scheme in ("http", "https")):
        raise PlumblineError("REPO_URL holds credentials: leave them out and set GIT_USERNAME and GIT_PASSWORD")
    url = str(Path(url).absolute()) if Path(url).exists() else url
    git(target.parent, "clone", "--quiet", "--no-tags", "--", url, target.name, advice=_ADVICE)


def fetch(folder: Path) -> None:
    """Fetch what others pushed."""
    git(folder, "fetch", "--quiet", "origin", advice=_ADVICE)


def push(folder: Path) -> None:
    """Push the commits of the branch.

    Raises:
        PlumblineError: It was rejected, or the remote cannot be reached.
    """
    git(folder, "push", "--quiet", "origin", "HEAD", advice=_ADVICE)


def _environment() -> dict[str, str]:
    values = {"GIT_TERMINAL_PROMPT": "0", **_author()}
    if environment.read().GIT_PASSWORD:
        # The empty value first: no helper of the machine is asked, and none stores the password.
        values |= {"GIT_CONFIG_COUNT": "2", "GIT_CONFIG_KEY_0": "credential.helper", "GIT_CONFIG_VALUE_0": ""}
        values |= {"GIT_CONFIG_KEY_1": "credential.helper", "GIT_CONFIG_VALUE_1": _HELPER}
    return values


def _author() -> dict[str, str]:
    namespace = environment.read().NAMESPACE
    name = f"{_AUTHOR} ({namespace})" if namespace else _AUTHOR
    known = {"GIT_AUTHOR_NAME": name, "GIT_AUTHOR_EMAIL": "data-pipeline@plumbline.invalid"}
    known |= {key.replace("AUTHOR", "COMMITTER"): value for key, value in known.items()}
    return {key: os.environ.get(key, value) for key, value in known.items()}
