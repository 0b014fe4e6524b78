"""References of pushed images, which never change their meaning: whole, or without the account that has them."""

import os
import re
from collections.abc import Iterable

from plumbline.kernel.errors import PlumblineError

_REFERENCE = re.compile(r"(?P<where>[\w.:/-]+/plumbline-)?(?P<name>[a-z]+)@(?P<digest>sha256:[0-9a-f]{64})")


def account() -> str:
    """Give the account at Docker Hub; empty if DOCKER_USERNAME names none."""
    return os.environ.get("DOCKER_USERNAME", "")


def place(name: str, account: str) -> str:
    """Give the repository of an image at Docker Hub.

    Raises:
        PlumblineError: No account is given.
    """
    if not account:
        raise PlumblineError("DOCKER_USERNAME is not set: it names the account at Docker Hub")
    return f"docker.io/{account}/plumbline-{name}"


def split(*texts: str) -> list[tuple[str, str]]:
    """Give name and whole reference of each image; that of `NAME@sha256:…` is in the account DOCKER_USERNAME.

    Raises:
        PlumblineError: There is none, one is not named by its digest, or no account is given.
    """
    words = " ".join(texts).split()
    if not words:
        raise PlumblineError("which images? `plumb images push` says their references")
    found = [_REFERENCE.fullmatch(word) for word in words]
    if wrong := [word for word, match in zip(words, found, strict=True) if not match]:
        raise PlumblineError(f"{wrong[0]} is no image of this house by its digest: REGISTRY/plumbline-NAME@sha256:…")
    mine = account()
    return [(m["name"], m[0] if m["where"] else f"{place(m['name'], mine)}@{m['digest']}") for m in found if m]


def short(whole: Iterable[str]) -> list[str]:
    """Give references without their account: GitHub drops a job's output that holds a secret, as the account may be."""
    return [reference.rpartition("/plumbline-")[2] for reference in whole]
