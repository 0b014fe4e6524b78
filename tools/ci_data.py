"""Bring what git names into a clone of CI: from the shared DVC remote, or built here if there is none."""

import os
import sys

from tools import command, log, set_remote, stage

_ADVICE = "Whoever made it must run `dvc push`; `make check-data` says what the remote lacks"


def pull(url: str) -> None:
    """Pull everything that git names from the remote at `url`, which is set for this clone alone.

    Raises:
        PlumblineError: The URL is no remote, or an object is not on it.
    """
    set_remote.check(url)
    dvc = (sys.executable, "-m", "dvc")
    command.run(*dvc, "remote", "add", "--local", "--force", "--default", set_remote.NAME, url)
    command.run(*dvc, "pull", "--force", advice=_ADVICE)


def build() -> None:
    """Build everything that git names from the embedded warehouse, into the remote of this clone.

    Raises:
        PlumblineError: A step failed.
    """
    command.run("make", "data", "pipeline")
    command.run(sys.executable, "-m", "dvc", "push")


def main() -> None:
    """Pull from `DVC_REMOTE_URL`; build if it is not set."""
    url = os.environ.get("DVC_REMOTE_URL")
    if url:
        pull(url)
    else:
        build()
    log.get("ci-data").info("here", source=url or "built from the embedded warehouse, for DVC_REMOTE_URL is not set")


if __name__ == "__main__":
    stage.run(main)
