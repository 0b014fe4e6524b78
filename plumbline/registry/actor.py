"""Who acts: a person or automation. Only a person can hold back automation, and only a person can let it go again."""

import getpass
import os

from plumbline.kernel import text
from plumbline.kernel.config import settings
from plumbline.kernel.errors import PlumblineError
from plumbline.kernel.github import job

_KINDS = ("human", "automation")


def current() -> str:
    """Give `human:NAME` or `automation:NAME`.

    Where `CI` is set it is automation, unless `PLUMBLINE_ACTOR` says who acts: a workflow that a person started by hand
    sets it to `human:` and that person's name.

    Raises:
        PlumblineError: `PLUMBLINE_ACTOR` is not of that form, or a name is not UTF-8.
    """
    return text.check("the actor", _named())


def _named() -> str:
    given = settings().actor
    if given:
        kind, _, name = given.partition(":")
        if kind not in _KINDS or not name:
            raise PlumblineError(f"PLUMBLINE_ACTOR is {given!r}: write human:NAME or automation:NAME")
        return given
    if os.environ.get("CI", "").lower() not in {"", "0", "false"}:
        return f"automation:{job().workflow or 'ci'}"
    return f"human:{getpass.getuser()}"


def is_human(actor: str) -> bool:
    """Tell whether an actor is a person."""
    return actor.startswith("human:")
