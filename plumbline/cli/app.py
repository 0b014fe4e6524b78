"""The command line that the table of commands describes."""

import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from cyclopts import App, Group, Parameter

from plumbline.cli import table

_LOCKS = Path(".plumbline/locks")
_OPTIONS = Group("Options", sort_key=99)
_GROUPS = Group("Groups: `plumb GROUP --help` lists the commands", sort_key=10)


def build() -> App:
    """Make the command line; no module of a command is imported."""
    app = App(
        name="plumb",
        help="Plumbline shows whether the model in production is the one in git.",
        version=lambda: version("plumbline"),
        help_formatter="plain",
        help_format="plaintext",
        group_commands=_OPTIONS,
        default_parameter=Parameter(negative=()),
        result_action="return_value",
    )
    for position, group in enumerate(table.GROUPS):
        if group.name:
            inner = App(
                name=group.name, help=group.help, group=_GROUPS, show=group.shown, version_flags=[], sort_key=position
            )
            _fill(inner, group, Group("Commands", sort_key=1))
            app.command(inner)
        else:
            _fill(app, group, Group(group.help, sort_key=position))
    app.command(completion, help="Print what completes `plumb` in a shell", group=_OPTIONS)
    return app


def _fill(app: App, group: table.Group, heading: Group) -> None:
    for position, command in enumerate(group.commands):
        target = f"plumbline.{command.target}"
        app.command(target, name=command.name, help=command.help, group=heading, sort_key=position)


def _locked(module: str, function: str) -> AbstractContextManager[None]:
    """Keep other processes from what a command changes, if the table says that there is such a thing."""
    for group in table.GROUPS:
        for command in group.commands:
            if command.alone and f"plumbline.{command.target}" == f"{module}:{function}":
                from plumbline.kernel.alone import alone  # here, because help needs it not

                what = " ".join(filter(None, ["`plumb", group.name, command.name]))
                return alone(f"{what}` or one like it", _LOCKS / f"{command.alone}.lock")
    return nullcontext()


def completion(shell: Literal["bash", "zsh", "fish"], /) -> None:
    """Print what completes `plumb` in a shell.

    Args:
        shell: For bash: `plumb completion bash > ~/.local/share/bash-completion/completions/plumb`.
    """
    sys.stdout.write(build().generate_completion(shell=shell))


def run(words: Sequence[str]) -> int:
    """Run the command that `words` say; give its exit code.

    Raises:
        CycloptsError: The words are none of the table's, or their arguments are not as they must be.
        PlumblineError: As the command.
    """
    app = build()
    command, bound, _ = app.parse_args(list(words), exit_on_error=False, print_error=False)
    where = str(command.__module__)
    if where.startswith("plumbline.") and not where.startswith("plumbline.cli."):
        from plumbline.kernel import log  # here, because help and completion need neither it nor the settings

        log.configure()
    with _locked(where, str(command.__name__)):
        found = command(*bound.args, **bound.kwargs)
    return found if isinstance(found, int) else 0
