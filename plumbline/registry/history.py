"""What the ledger answers: what served when and what it was built from, what is held back, what came before."""

import datetime
from collections.abc import Sequence

from plumbline.kernel.errors import PlumblineError
from plumbline.registry import actor
from plumbline.registry.ledger import Entry


def champions(entries: Sequence[Entry], model: str) -> list[str]:
    """Give the versions that a rollback goes back through, the present champion last."""
    stack: list[str] = []
    for entry in entries:
        if entry.model != model or entry.version is None:
            continue
        if entry.event == "promoted":
            # What is replaced first was promoted before this ledger began.
            stack += [entry.replaced, entry.version] if entry.replaced and not stack else [entry.version]
        elif entry.event == "rolled-back":
            while stack and stack[-1] != entry.version:
                stack.pop()
            stack = stack or [entry.version]
    return stack


def registration(entries: Sequence[Entry], model: str, version: str) -> Entry | None:
    """Give the entry that tells who registered a version; None if the ledger does not."""
    told = (e for e in entries if (e.event, e.model, e.version) == ("registered", model, version))
    return next(told, None)


def hold(entries: Sequence[Entry], model: str) -> Entry | None:
    """Give the person's rollback that holds `model` where it is; None if nothing does."""
    held = None
    for entry in entries:
        if entry.model != model:
            continue
        if entry.event == "rolled-back" and actor.is_human(entry.actor):
            held = entry
        elif entry.event == "hold-released":
            held = None
    return held


def serving(entries: Sequence[Entry], at: datetime.datetime) -> dict[str, Entry]:
    """Give what served at a time: by `MODEL champion` and `MODEL in ENVIRONMENT`, the entry that put it there."""
    found: dict[str, Entry] = {}
    before: dict[str, Entry | None] = {}
    for entry in entries:
        if datetime.datetime.fromisoformat(entry.at) > at:
            continue
        if entry.event in {"promoted", "rolled-back"}:
            found[f"{entry.model} champion"] = entry
        elif entry.event == "deployed":
            place = f"{entry.model} in {entry.environment}"
            before[place] = found.get(place)
            found[place] = entry
        elif entry.event == "deployment-aborted":
            place = f"{entry.model} in {entry.environment}"
            if stable := before.get(place):
                found[place] = stable
    return found


def moment(text: str) -> datetime.datetime:
    """Read a time in ISO 8601; UTC if it names no zone, and the whole day or second if it goes no further.

    Raises:
        PlumblineError: It is none.
    """
    try:
        found = datetime.datetime.fromisoformat(text)
    except ValueError:
        raise PlumblineError(f"{text!r} is no time: write 2026-01-31, or 2026-01-31T12:00:00+00:00") from None
    if len(text) == len("2026-01-31"):
        found = found.replace(hour=23, minute=59, second=59)
    if found.microsecond == 0:
        found = found.replace(microsecond=999_999)
    return found if found.tzinfo else found.replace(tzinfo=datetime.UTC)


def describe(entry: Entry) -> str:
    """Write an entry on one line."""
    parts = [f"{entry.number:>4}  {entry.at[:19]}Z  {entry.event:<13} {entry.model}"]
    if entry.version:
        parts.append(f"version {entry.version}")
    if entry.environment:
        parts.append(f"in {entry.environment}")
    if entry.replaced:
        parts.append(f"instead of {entry.replaced}")
    parts.append(f"by {entry.actor}")
    if entry.evaluation_md5:
        parts.append(f"on evaluation set {entry.evaluation_md5[:8]}")
    if entry.reason:
        parts.append(f"({entry.reason})")
    return " ".join(parts)


def answer(entries: Sequence[Entry], at: datetime.datetime) -> list[str]:
    """Say what served at a time and what it was built from."""
    found = serving(entries, at)
    if not found:
        return [f"Nothing served at {at.isoformat()}."]
    lines = [f"What served at {at.isoformat()}:"]
    for place, entry in found.items():
        lines += [
            f"  {place}: version {entry.version}, since {entry.at[:19]}Z (line {entry.number})",
            f"    bundle   {entry.bundle_sha256}",
            f"    commit   {entry.git_commit}",
            f"    dvc.lock {entry.dvc_lock_sha256}",
        ]
    return lines
