"""Delete stored predictions: python -m services.api.app.retention --older-than 365d | --customer REFERENCE."""

import argparse
import re
import sys
from datetime import UTC, datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from services.api.app.settings import PREFIX, Settings
from services.api.app.store import deletion
from services.common import settings
from services.common.store import database


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--older-than", type=_days, metavar="DAYSd", help="all that were made earlier, e.g. 365d")
    which.add_argument("--customer", metavar="REFERENCE", help="all about a customer, whoever asked for them")
    arguments = parser.parse_args()
    try:
        deleted = _run(arguments.older_than, arguments.customer)
    except (settings.SettingsError, database.StoreError) as error:
        sys.exit(f"error: {error}")
    except SQLAlchemyError as error:
        sys.exit(f"error: the store cannot be used: {database.reason(error)}; run it again to delete what is left")
    sys.stdout.write(f"deleted {deleted} predictions\n")


def _run(older_than: timedelta | None, customer: str) -> int:
    engine = database.connect(settings.read(Settings, PREFIX).store_url, writes=True)
    database.migrate(engine)
    if older_than is None:
        return deletion.all_of(engine.begin, lambda connection: deletion.of_customer(connection, customer))
    moment = datetime.now(UTC) - older_than
    return deletion.all_of(engine.begin, lambda connection: deletion.before(connection, moment))


def _days(text: str) -> timedelta:
    if not re.fullmatch("[1-9][0-9]{0,4}d", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of days such as 365d")
    return timedelta(days=int(text[:-1]))


if __name__ == "__main__":
    main()
