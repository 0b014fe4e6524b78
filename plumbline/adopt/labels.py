"""The natural order of labels: a known scale, months, weekdays, the numbers they begin with, else the alphabet."""

import calendar
import re

_SCALES = (
    ("false", "true"),
    ("no", "unknown", "maybe", "yes"),
    ("n", "y"),
    ("f", "t"),
    ("negative", "neutral", "positive"),
    ("absent", "present"),
    ("benign", "malignant"),
    ("none", "very low", "low", "medium", "moderate", "high", "very high"),
    ("xs", "s", "m", "l", "xl", "xxl"),
    ("tiny", "small", "medium", "large", "huge"),
    ("short", "medium", "long"),
    ("never", "rarely", "seldom", "sometimes", "often", "usually", "always"),
    ("strongly disagree", "disagree", "neutral", "agree", "strongly agree"),
    (
        "very poor", "poor", "bad", "fair", "below average", "average", "typical", "above average", "good", "very good",
        "premium", "excellent", "ideal", "very excellent",
    ),
    ("primary", "secondary", "tertiary"),
    ("first", "second", "third", "fourth", "fifth"),
    ("child", "teenager", "adult", "senior"),
    tuple(name.lower() for name in calendar.month_name[1:]),
    tuple(name.lower() for name in calendar.month_abbr[1:]),
    tuple(name.lower() for name in calendar.day_name),
    tuple(name.lower() for name in calendar.day_abbr),
)  # fmt: skip
_NUMBER = re.compile(r"\s*(?P<below><=?|under |below |up to )?\D{0,3}?(?P<number>-?\d+(\.\d+)?)", re.IGNORECASE)


def ordered(labels: tuple[str, ...]) -> tuple[str, ...]:
    """Order the labels of a category."""
    plain = {label: re.sub(r"[\s_-]+", " ", label.strip().lower()) for label in labels}
    if len(set(plain.values())) == len(labels):
        for scale in _SCALES:
            if set(plain.values()) <= set(scale):
                return tuple(sorted(labels, key=lambda label: scale.index(plain[label])))
    found = {label: _NUMBER.match(label) for label in labels}
    if all(found.values()):
        return tuple(sorted(labels, key=lambda label: (_begin(found[label]), label)))
    return tuple(sorted(labels))


def _begin(match: re.Match[str] | None) -> tuple[float, bool]:
    assert match is not None  # every label was matched
    return float(match["number"]), not match["below"]
