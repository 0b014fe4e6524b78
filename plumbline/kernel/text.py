"""Text that can be written down: what is not UTF-8 is refused before anything is done with it."""

from collections.abc import Mapping, Sequence

from plumbline.kernel.errors import PlumblineError

# The variables that end in a ledger, a commit, a log or on a server.
_VARIABLES = ("LNAME", "LOGNAME", "USER", "USERNAME")
_PREFIXES = ("GIT_AUTHOR_", "GIT_COMMITTER_", "GITHUB_", "MLFLOW_", "PLUMBLINE_")


def check(what: str, value: str) -> str:
    """Give `value` back.

    Raises:
        PlumblineError: It came from bytes that are not UTF-8, which Python keeps as lone surrogates.
    """
    try:
        value.encode()
    except UnicodeEncodeError:
        raise PlumblineError(
            f"{what} is {value!r}, which is not UTF-8: write it in UTF-8, or without accents"
        ) from None
    return value


def check_given(words: Sequence[str], environment: Mapping[str, str]) -> None:
    """Check what a command was given.

    Args:
        words: Its arguments.
        environment: Its variables, of which those that may be written down are looked at.

    Raises:
        PlumblineError: As `check`.
    """
    for word in words:
        check("an argument", word)
    for name, value in environment.items():
        if name in _VARIABLES or name.startswith(_PREFIXES):
            check(name, value)
