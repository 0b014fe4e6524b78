"""The table of commands: for each its word, the function that it calls, and one line of help.

A function is named by a string, so that a help page or a wrong option imports none of them. Its parameters are the
command's arguments and options, and its docstring says what they mean.
"""

from typing import NamedTuple


class Command(NamedTuple):
    """A word of the command line.

    Attributes:
        name: The word.
        target: The function, as `module:function` below `plumbline`.
        help: What it does, in one line.
    """

    name: str
    target: str
    help: str


class Group(NamedTuple):
    """Commands under one word, or under a heading of the first page.

    Attributes:
        name: The word; "" for commands that need none.
        help: What the group is for, in one line.
        commands: Its commands.
        shown: Whether the help names it.
    """

    name: str
    help: str
    commands: tuple[Command, ...]
    shown: bool = True


GROUPS = (
    Group(
        "release",
        "The registry: promotion and rollback, the ledger, lineage",
        (
            Command("keys", "registry.signing:main", "Create the key pair that signs bundles, unless there is one"),
            Command("register", "registry.register:main", "Register the bundle as challenger, and release it"),
            Command("promote", "registry.commands:promote", "Make a version champion, if its gate and signature hold"),
            Command("rollback", "registry.commands:rollback", "Make the previous champion champion, and hold it"),
            Command("end-hold", "registry.commands:end_hold", "Let promotions go on after a person's rollback"),
            Command("deployed", "registry.commands:deployed", "Tell the ledger that a version was deployed"),
            Command("champion", "registry.champion:main", "Bring the champion's bundle from the DVC remote"),
            Command("history", "registry.commands:show", "List the ledger, or say what served at a time"),
            Command("verify", "registry.commands:verify", "Check that no line of the ledger was changed"),
            Command("lineage", "registry.lineage:main", "Print the chain of a prediction, a version or data"),
        ),
    ),
)
