"""Which of the two owners a file belongs to."""

import re
from collections.abc import Iterable
from functools import cache
from typing import Literal

from plumbline.kernel.errors import PlumblineError
from plumbline.product.house import Paths

Owner = Literal["product", "team", "seeded"]


@cache
def _expression(glob: str) -> re.Pattern[str]:
    parts = re.split(r"(\*\*/|\*\*|\*)", glob)
    meaning = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*"}
    return re.compile("".join(meaning.get(part, re.escape(part)) for part in parts), re.DOTALL)


def matches(path: str, globs: Iterable[str]) -> bool:
    """Whether one of the patterns matches the whole path."""
    return any(_expression(glob).fullmatch(path) for glob in globs)


def owners(path: str, paths: Paths) -> list[Owner]:
    """Give all who claim a path; a well-made plumbline.toml has one for each tracked file.

    What a team says it added is its own wherever it lies, in a folder of the product's too.
    """
    if matches(path, paths.own):
        return ["team"]
    claims: dict[Owner, tuple[str, ...]] = {"product": paths.product, "team": paths.team, "seeded": paths.seeded}
    return [owner for owner, globs in claims.items() if matches(path, globs)]


def owner(path: str, paths: Paths) -> Owner:
    """Give the owner of a path; a file that nobody claims is the team's, for the product's are all known.

    Raises:
        PlumblineError: Two claim it.
    """
    found = owners(path, paths)
    if len(found) > 1:
        raise PlumblineError(f"{path} belongs to {' and '.join(found)}: plumbline.toml must give it one owner")
    return found[0] if found else "team"
