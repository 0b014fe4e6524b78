"""Make, list and revoke API keys: python -m services.api.app.keys create --name NAME."""

import argparse
import sys

from sqlalchemy.exc import SQLAlchemyError

from services.api.app.settings import PREFIX, Settings
from services.api.app.store import keys
from services.common import settings
from services.common.store import database


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    create = actions.add_parser("create", help="make a key and show it, once")
    create.add_argument("--name", required=True, help="who or what uses it")
    create.add_argument("--scopes", nargs="+", default=list(keys.DEFAULT_SCOPES), choices=keys.SCOPES)
    create.add_argument("--requests-per-minute", type=_rate, metavar="N", help="at least 1")
    create.add_argument("--if-none", action="store_true", help="only if no valid key has this name")
    actions.add_parser("list", help="show all keys, never their secrets")
    revoke = actions.add_parser("revoke", help="refuse a key from now on")
    revoke.add_argument("id")
    arguments = parser.parse_args()
    try:
        _run(arguments)
    except (settings.SettingsError, database.StoreError) as error:
        sys.exit(f"error: {error}")
    except SQLAlchemyError as error:
        sys.exit(f"error: the store cannot be used: {database.reason(error)}")


def _rate(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text[:10]) < 2**31:  # what the store's column holds
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of requests of at least 1; revoke a key to stop it")
    return int(text)


def _run(arguments: argparse.Namespace) -> None:
    engine = database.connect(settings.read(Settings, PREFIX).store_url, writes=True)
    database.migrate(engine)
    with engine.begin() as connection:
        if arguments.action == "create":
            valid = {row["name"] for row in keys.listed(connection) if not row["revoked"]}
            if arguments.if_none and arguments.name in valid:
                return
            token = keys.create(connection, arguments.name, arguments.scopes, arguments.requests_per_minute)
            sys.stdout.write(f"{token}\n")
        elif arguments.action == "list":
            for row in keys.listed(connection):
                state = "revoked" if row["revoked"] else "valid"
                created = row["created_at"].date()
                line = f"{row['id']}  {created}  {state:7}  {row['name']}  ({row['scopes']})"
                sys.stdout.write(f"{line}\n")
        elif not keys.revoke(connection, arguments.id):
            sys.exit(f"error: there is no key {arguments.id}")


if __name__ == "__main__":
    main()
