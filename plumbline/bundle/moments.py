"""Dates and timestamps as the numbers that a model takes: days and seconds since 1970-01-01, UTC."""

import datetime
import re

_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_EPOCH = datetime.date(1970, 1, 1).toordinal()


def days(text: str) -> float:
    """Give a date of the form 2026-01-31 in days.

    Raises:
        ValueError: It is none.
    """
    if not _DATE.fullmatch(text):  # what Python reads beyond this form is no RFC 3339
        raise ValueError(f"{text[:40]!r} is no date of the form 2026-01-31")
    return float(datetime.date.fromisoformat(text).toordinal() - _EPOCH)


def seconds(text: str) -> float:
    """Give a timestamp of the form 2026-01-31T12:00:00Z, or with an offset instead of Z, in seconds.

    Raises:
        ValueError: It is none, or does not say its offset.
    """
    moment = datetime.datetime.fromisoformat(text) if text[10:11] in {"T", "t"} else None
    if moment is None or moment.tzinfo is None:
        raise ValueError(f"{text[:40]!r} is no timestamp of the form 2026-01-31T12:00:00Z")
    return moment.timestamp()


def number(text: str, kind: str) -> float:
    """Give the number of a `date` or a `timestamp`.

    Raises:
        ValueError: It is none.
    """
    return days(text) if kind == "date" else seconds(text)
