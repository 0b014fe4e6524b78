"""What `plumb release` does with the registry and the ledger."""

import datetime
import sys

from plumbline import tracking
from plumbline.kernel import jsonfile, log
from plumbline.registry import actor, anchor, history
from plumbline.registry.ledger import Entry
from plumbline.registry.registry import model_name, open_registry


@tracking.explained
def promote(version: str, /, *, reason: str = "") -> None:
    """Make a version champion, if its gate passed and its signature holds.

    Args:
        version: Its number; `plumb release history` lists them.
        reason: Kept in the ledger.
    """
    registry = open_registry()
    entry = registry.promote(version, actor.current(), reason or None)
    if entry:
        _tell(entry)
    else:
        log.get("registry").info("champion already", model=registry.model, version=version)


@tracking.explained
def rollback(*, reason: str = "") -> None:
    """Make the previous champion champion again; a person's rollback holds until `plumb release end-hold`.

    Args:
        reason: Kept in the ledger.
    """
    _tell(open_registry().rollback(actor.current(), reason or None))


@tracking.explained
def end_hold(*, reason: str = "") -> None:
    """Let promotions go on after a person's rollback.

    Args:
        reason: Kept in the ledger.
    """
    _tell(open_registry().release_hold(actor.current(), reason or None))


@tracking.explained
def deployed(version: str, environment: str, /, *, reason: str = "") -> None:
    """Tell the ledger that a version was deployed to an environment.

    Args:
        version: Its number.
        environment: Such as staging.
        reason: Kept in the ledger.
    """
    _tell(open_registry().deployed(version, environment, actor.current(), reason or None))


@tracking.explained
def show(*, at: str = "", json: bool = False) -> None:
    """List the ledger, or say what served at a time and what it was built from.

    Args:
        at: A time in ISO 8601, such as 2026-01-31T12:00.
        json: Print JSON: the entries, or by place the entry that put there what served.
    """
    book = anchor.open_ledger(model_name())
    entries = book.entries()
    if json:
        found = history.serving(entries, history.moment(at)) if at else dict(enumerate(entries))
        told = {place: entry.model_dump(exclude_none=True) for place, entry in found.items()}
        sys.stdout.buffer.write(jsonfile.dumps(told if at else list(told.values())))
        return
    if at:
        lines = history.answer(entries, history.moment(at))
    else:
        lines = [history.describe(entry) for entry in entries] or [f"The ledger {book.keeper.name} holds nothing yet."]
        lines += history.answer(entries, datetime.datetime.now(datetime.UTC)) if entries else []
    sys.stdout.write("\n".join(lines) + "\n")


@tracking.explained
def verify() -> None:
    """Check that no line of the ledger was edited, removed or added."""
    book = anchor.open_ledger(model_name())
    log.get("ledger").info("whole", file=book.keeper.name, entries=len(book.entries()))


def _tell(entry: Entry) -> None:
    shown = entry.model_dump(exclude_none=True, exclude={"event", "previous", "sha256"})
    log.get("registry").info(entry.event, **shown)
