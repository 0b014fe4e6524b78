"""The accounts that environments may be made in, as plumbline.toml names them: any other profile is refused."""

import tomllib
from pathlib import Path

from plumbline.kernel.errors import PlumblineError

FILE = Path("plumbline.toml")


def accounts(file: Path = FILE) -> tuple[str, ...]:
    """Give the numbers of the accounts; none if no account is guarded.

    Raises:
        PlumblineError: The file is absent or no TOML, or lists something else than numbers of 12 digits.
    """
    try:
        listed = tomllib.loads(file.read_text(encoding="utf-8")).get("cloud", {}).get("allowed_account_ids", [])
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise PlumblineError(f"{file} cannot be read: {error}") from None
    if not isinstance(listed, list):
        raise PlumblineError(f"{file}: cloud.allowed_account_ids is no list of strings of 12 digits")
    wrong = [one for one in listed if not (isinstance(one, str) and len(one) == 12 and one.isdecimal())]
    if wrong:
        raise PlumblineError(f"{file}: {wrong[0]!r} in cloud.allowed_account_ids is no string of 12 digits")
    return tuple(listed)


def check(number: str) -> None:
    """Make sure that an environment may be made in an account.

    Raises:
        PlumblineError: The account is none of those that are listed.
    """
    listed = accounts()
    if listed and number not in listed:
        raise PlumblineError(
            f"account {number} is none of cloud.allowed_account_ids in {FILE} ({', '.join(listed)}): choose the profile"
            " of one of these with AWS_PROFILE and its number with TF_VAR_account_id, or add this one there"
        )
