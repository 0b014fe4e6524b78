"""How many hours of a week a node group runs between the cron expressions that start and stop it."""

from plumbline.kernel.errors import PlumblineError

_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_WEEK = 7 * 24 * 60  # minutes


def weekly_hours(up: str, down: str) -> float:
    """Count the hours between `up` and `down`, which recur each week.

    Args:
        up: Cron expression of the start: minute, hour, `*`, `*`, days of the week.
        down: That of the stop.

    Raises:
        PlumblineError: An expression is none, or recurs other than weekly.
    """
    events = sorted([(minute, True) for minute in _minutes(up)] + [(minute, False) for minute in _minutes(down)])
    # The week is a ring: what the last event of it did still holds at its start.
    running = events[-1][1]
    total, before = 0, 0
    for minute, starts in events:
        total += minute - before if running else 0
        running, before = starts, minute
    total += _WEEK - before if running else 0
    return total / 60


def _minutes(cron: str) -> set[int]:
    """Give the minutes of the week, from Sunday on, at which an expression is due."""
    fields = cron.upper().split()
    if len(fields) != 5 or fields[2:4] != ["*", "*"]:
        raise PlumblineError(f"the schedule {cron!r} is not weekly: write minute, hour, *, *, days, as in 0 8 * * 1-5")
    minutes, hours, days = (
        _values(field, top, cron) for field, top in zip((fields[0], fields[1], fields[4]), (60, 24, 7), strict=True)
    )
    return {(day * 24 + hour) * 60 + minute for day in days for hour in hours for minute in minutes}


def _values(field: str, size: int, cron: str) -> set[int]:
    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        try:
            begin, end = (0, size - 1) if first == "*" else (_number(first), _number(last or first))
            found |= {value % size for value in range(begin, end + 1, int(step or 1))}
        except ValueError:
            raise PlumblineError(f"{part!r} in the schedule {cron!r} is no number or range") from None
    if not found:
        raise PlumblineError(f"{field!r} in the schedule {cron!r} is no number or range")
    return found


def _number(text: str) -> int:
    return _DAYS.index(text) if text in _DAYS else int(text)
