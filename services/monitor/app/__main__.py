"""Run the monitor once: python -m services.monitor.app [--until 2026-01-31T00:00:00Z]."""

import argparse
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sqlalchemy.exc import SQLAlchemyError

from plumbline.bundle import BundleError, reading
from services.common import logs, settings
from services.common.store import database
from services.monitor.app import exposition, findings, outputs, store
from services.monitor.app.settings import PREFIX, Settings
from services.monitor.app.store import Window

FINE, FAILURE, USAGE, ALERT = 0, 1, 2, 3


def main() -> int:
    """Run from the command line; give the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--until", type=_moment, help="end of the window; the next full hour by default")
    parser.add_argument("--since", type=_moment, help="its beginning; MONITOR_WINDOW_DAYS earlier by default")
    arguments = parser.parse_args()
    try:
        values = settings.read(Settings, PREFIX)
        window = _window(arguments.since, arguments.until, values)
    except (settings.SettingsError, ValueError) as error:
        sys.stderr.write(f"error: {error}\n")
        return USAGE
    logs.configure("monitor", values.log_level)
    try:
        return run(values, window)
    except (BundleError, database.StoreError, OSError) as error:
        sys.stderr.write(f"error: {error}\n")
    except SQLAlchemyError as error:
        sys.stderr.write(f"error: the store cannot be used: {database.reason(error)}\n")
    return FAILURE


def run(values: Settings, window: Window) -> int:
    """Look, write what is seen, and then remember the alerts: a run that was cut off is simply run again."""
    # services.predict.app.fetch filled the folder; predict checks the signature, before it answers.
    served = reading.read(_folder(values.bundle_uri), values.bundle_sha256, public_key=None)
    engine = store.connect(values.store_url)
    found = findings.find(engine, served, values, window)
    folder = outputs.write(found, exposition.registry(found, time.time()), values)
    store.remember(engine, found.bundle_sha256, {alert.name: alert.since for alert in found.alerts})
    for alert in found.alerts:
        sys.stdout.write(f"alert: {alert.text} ({'new' if alert.new else f'since {alert.since:%Y-%m-%d %H:%M}'})\n")
    for note in found.notes:
        sys.stdout.write(f"{note}\n")
    sys.stdout.write(f"{found.rows} predictions, {len(found.alerts)} alerts: {folder / 'report.html'}\n")
    return ALERT if found.alerts and values.exit_on_alert else FINE


def _folder(uri: str) -> Path:
    parts = urlsplit(uri)
    if parts.scheme not in {"", "file"}:
        text = f"MONITOR_BUNDLE_URI is {uri}: fetch it into a folder first"
        raise BundleError(f"{text}, with python -m services.predict.app.fetch {uri} SHA256 FOLDER")
    return Path(unquote(parts.path) if parts.scheme else uri)


def _window(since: datetime | None, until: datetime | None, values: Settings) -> Window:
    # A full hour: a run that is repeated soon replaces its report instead of adding one.
    until = until or datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    since = since or until - timedelta(days=values.window_days)
    if since >= until:
        raise ValueError("--since must be earlier than --until")
    return Window(since, until)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a time such as 2026-01-31T00:00:00Z") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


if __name__ == "__main__":
    sys.exit(main())
