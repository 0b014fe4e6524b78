"""The page of documentation that lists the commands, made from their table."""

from collections.abc import Iterator
from pathlib import Path

from plumbline.cli import table

PAGE = Path("docs/commands.md")
_HEAD = """\
# Commands

`plumb` is the one command of the house. `make setup` installs it into `.venv`; the targets of make call it.
`plumb --help` fits one screen, `plumb GROUP --help` lists a group's commands, and `plumb GROUP COMMAND --help` says
what each takes: an environment and a version are arguments, all else is an option.

What you can mend ends a command with one line, `error: …`, and exit code 1; a word or an option that there is not,
with a hint and exit code 2. `--json`, where a command has it, prints what a script can read. Let your shell complete
the words, here bash; zsh and fish go likewise:

```bash
plumb completion bash > ~/.local/share/bash-completion/completions/plumb
```

`plumb ci commands` writes this page.
"""


def markdown() -> str:
    """Write the page: a table for each group."""
    return "\n".join([_HEAD, *_sections()]) + "\n"


def _sections() -> Iterator[str]:
    for number, group in enumerate(table.GROUPS):
        yield from ([""] if number else [])
        yield f"## {group.help}"
        yield from ["", "| command | what it does |", "|---|---|"]
        for command in group.commands:
            words = " ".join(filter(None, ["plumb", group.name, command.name]))
            yield f"| `{words}` | {command.help} |"


def main() -> None:
    """Write docs/commands.md anew."""
    PAGE.write_text(markdown(), encoding="utf-8")
