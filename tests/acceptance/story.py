"""Stories: steps that are played one after the other against what really runs, and shown as a table."""

import time
from collections.abc import Callable, Mapping
from typing import TypeVar

from rich.console import Console
from rich.table import Table

from plumbline.kernel.errors import PlumblineError

T = TypeVar("T")
Errors = tuple[type[Exception], ...]


def play(steps: Mapping[str, Callable[[], str]], table: Table, console: Console, errors: Errors) -> str:
    """Play steps until one of them raises one of `errors`.

    Args:
        steps: By name; each gives what was seen.
        table: Gets a row of name, seconds and what was seen for each.
        console: Is told at once.
        errors: Those that fail a step.

    Returns:
        What failed; empty if nothing did.
    """
    failed = ""
    for name, step in steps.items():
        begin = time.monotonic()
        try:
            seen = step()
        except errors as error:
            failed, seen = f"{name}: {error}", "FAILED"
        table.add_row(name, f"{time.monotonic() - begin:.0f}", seen)
        console.print(f"{name}: {seen} ({time.monotonic() - begin:.0f} s)")
        if failed:
            break
    return failed


def until(what: str, probe: Callable[[], T | None], seconds: float = 120, errors: Errors = (PlumblineError,)) -> T:
    """Ask again and again until there is an answer; `errors` count as none.

    Raises:
        PlumblineError: There is none in time; the message says for what.
    """
    end, last = time.monotonic() + seconds, ""
    while time.monotonic() < end:
        try:
            if found := probe():
                return found
        except errors as error:  # what is just starting, or a busy node's API, may miss a call
            last = f": {error}"
        time.sleep(0.5)
    raise PlumblineError(f"{what}: not seen within {seconds:.0f} s{last}")
