"""What a check has found, and how the findings of all of them are shown."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.table import Table

from plumbline.cloud.account import reason

State = Literal["ok", "warning", "wrong"]
_COLOURS = {"ok": "green", "warning": "yellow", "wrong": "red"}


@dataclass(frozen=True)
class Finding:
    """One line of the report: what was looked at, what was found, and what to do about it."""

    subject: str
    state: State
    found: str
    advice: str = ""


def ok(subject: str, found: str) -> Finding:
    """Report that all is well."""
    return Finding(subject, "ok", found)


def wrong(subject: str, found: str, advice: str) -> Finding:
    """Report what must be mended."""
    return Finding(subject, "wrong", found, advice)


def warning(subject: str, found: str, advice: str) -> Finding:
    """Report what need not be a fault."""
    return Finding(subject, "warning", found, advice)


def guarded(subject: str, check: Callable[[], Finding]) -> Finding:
    """Turn a refusal of AWS into a finding."""
    try:
        return check()
    except (ClientError, BotoCoreError) as error:
        return warning(subject, reason(error), "ask an administrator of the account to run this")


def not_yet(subject: str) -> Finding:
    """Report what the first apply of an environment will make."""
    return warning(subject, "does not exist yet", "`plumb cloud apply` makes it, after `plumb cloud plan`")


def show(findings: Sequence[Finding], console: Console, title: str) -> bool:
    """Print the findings.

    Returns:
        Whether none is wrong.
    """
    table = Table("", "what", "found", "what to do", title=title)
    for one in findings:
        table.add_row(f"[{_COLOURS[one.state]}]{one.state}", one.subject, one.found, one.advice)
    console.print(table)
    return all(one.state != "wrong" for one in findings)
