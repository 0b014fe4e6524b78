"""Bring what git names into a clone of CI: from the shared DVC remote, or built here if there is none."""

import os

from plumbline.dvc import call, set_remote
from plumbline.kernel import command, log

_ADVICE = "Whoever made it must run `dvc push`; `plumb data check` says what the remote lacks"


def use(url: str) -> None:
    """Make `url` the default remote of this clone alone: git sees no change.

    Raises:
        PlumblineError: The URL is no remote.
    """
    set_remote.check(url)
    call.run("remote", "add", "--local", "--force", "--default", set_remote.NAME, url)


def pull(url: str) -> None:
    """Pull everything that git names from the remote at `url`.

    Raises:
        PlumblineError: The URL is no remote, or an object is not on it.
    """
    use(url)
    call.run("pull", "--force", advice=_ADVICE)


def build() -> None:
    """Build everything that git names from the embedded warehouse, into the remote of this clone.

    Raises:
        PlumblineError: A step failed.
    """
    command.run("make", "data", "pipeline")
    call.run("push")


def bring() -> None:
    """Pull what git names from `DVC_REMOTE_URL`; build it from the embedded warehouse if that is not set."""
    url = os.environ.get("DVC_REMOTE_URL", "")
    if url:
        pull(url)
    else:
        build()
    log.get("ci-data").info("bring", source=url or "built from the embedded warehouse, for DVC_REMOTE_URL is not set")


def remote() -> None:
    """Make `DVC_REMOTE_URL` the DVC remote of this clone alone."""
    url = os.environ.get("DVC_REMOTE_URL", "")
    use(url)
    log.get("ci-data").info("remote", source=url)
