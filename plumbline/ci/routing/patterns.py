"""GitHub's filter patterns for branches, tags and paths.

Source: GitHub's documentation, "Workflow syntax for GitHub Actions", section "Filter pattern cheat sheet". They are not
shell globs: `?` and `+` repeat the character before them, and `**` crosses folders.
"""

import re
from collections.abc import Sequence
from functools import cache

from plumbline.kernel.errors import PlumblineError

_TOKEN = re.compile(
    r"""(?P<folders>(?:^|(?<=/))\*\*/)  # any number of whole folders, none included
    | (?P<anything>\*\*)
    | (?P<segment>\*)
    | (?P<repeat>[?+])
    | \[(?P<one>(?:[A-Za-z0-9](?:-[A-Za-z0-9])?)+)\]
    | \\(?P<escaped>.)
    | (?P<literal>[^\[\\])""",
    re.VERBOSE | re.DOTALL,
)
_REPEATABLE = ("one", "escaped", "literal")


@cache
def translate(pattern: str) -> re.Pattern[str]:
    """Translate a pattern, without a leading `!`, to the regular expression of the whole names that it matches.

    Raises:
        PlumblineError: The pattern is empty, its brackets are wrong, or `?` or `+` has nothing to repeat.
    """
    parts, position, before = [], 0, ""
    while position < len(pattern):
        token = _TOKEN.match(pattern, position)
        if token is None:
            raise _wrong(pattern, position, "brackets hold letters, digits and ranges of them; escape others with \\")
        kind = str(token.lastgroup)
        if kind == "repeat" and before not in _REPEATABLE:
            raise _wrong(pattern, position, f"{token['repeat']!r} repeats the character before it; there is none")
        parts.append(_expression(kind, token[kind]))
        position, before = token.end(), kind
    if not parts:
        raise PlumblineError("an empty filter pattern matches nothing: remove it")
    try:
        return re.compile("".join(parts), re.DOTALL)
    except re.error as error:
        raise _wrong(pattern, 0, str(error)) from None


def _expression(kind: str, text: str) -> str:
    fixed = {"folders": "(?:.*/)?", "anything": ".*", "segment": "[^/]*", "repeat": text, "one": f"[{text}]"}
    return fixed.get(kind, re.escape(text))


def _wrong(pattern: str, position: int, why: str) -> PlumblineError:
    return PlumblineError(f"filter pattern {pattern!r}, character {position + 1}: {why}")


def check(patterns: Sequence[str], where: str) -> None:
    """Refuse a list that GitHub refuses, or that can match nothing.

    Raises:
        PlumblineError: A pattern is wrong, or all are negative; the message begins with `where`.
    """
    for pattern in patterns:
        try:
            translate(pattern.removeprefix("!"))
        except PlumblineError as error:
            raise PlumblineError(f"{where}: {error}") from None
    if all(pattern.startswith("!") for pattern in patterns):
        raise PlumblineError(f"{where}: `!` takes away from what a pattern before it matched; add one without `!`")


def selected_by(patterns: Sequence[str], name: str) -> str | None:
    """Give the pattern by which a list selects `name`: the last that matches it, unless that one begins with `!`."""
    for pattern in reversed(patterns):
        if translate(pattern.removeprefix("!")).fullmatch(name):
            return None if pattern.startswith("!") else pattern
    return None
