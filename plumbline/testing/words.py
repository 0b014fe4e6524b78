"""The words that documents and workflows may use: targets of make, and commands."""

import re
from collections.abc import Sequence

from cyclopts import CoercionError, CycloptsError

from plumbline.cli import app, table
from plumbline.testing.repository import ROOT


def targets() -> set[str]:
    """Name the targets of make."""
    return set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))


def quoted(text: str) -> list[str]:
    """Give what stands in backticks and the lines of code blocks."""
    blocks = re.findall(r"^```.*?\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)
    rest = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    return [line for block in blocks for line in block.splitlines()] + re.findall(r"`([^`\n]+)`", rest)


def unknown_targets(text: str) -> list[str]:
    """Name what follows `make` and is no target of it."""
    named = [match for piece in quoted(text) for match in re.findall(r"\bmake ((?:[a-z][a-z-]* ?)+)", piece)]
    return [target for names in named for target in names.split() if target not in targets()]


def unknown_commands(text: str) -> list[str]:
    """Name what follows `plumb` and is neither a command nor a group with one of its commands."""
    known = {(*filter(None, [group.name]), command.name) for group in table.GROUPS for command in group.commands}
    known |= {(group.name,) for group in table.GROUPS} | {("completion",), ("GROUP",)}
    found = []
    for piece in quoted(text):
        for words in re.findall(r"(?:^|[\s`(])plumb ([A-Za-z][\w-]*(?: [a-z][a-z-]*)?)", piece):
            group, _, command = words.partition(" ")
            alone = (group,) in known and group not in {entry.name for entry in table.GROUPS}
            if not alone and ((group, command) if command else (group,)) not in known:
                found.append(words)
    return found


def fault(line: Sequence[str]) -> str:
    """Say what is wrong with the words of a command, "" if nothing is; one with a shell's variable has any value."""
    try:
        app.build().parse_args(list(line), exit_on_error=False, print_error=False)
    except CoercionError as error:
        return "" if any("$" in word for word in line) else str(error)
    except CycloptsError as error:
        return str(error).splitlines()[0]
    return ""
