"""The walk that all comparisons share: two nested values, side by side."""

import datetime
import types
from typing import Any

import numpy as np

_LONGEST = 120  # characters of a value that are shown
_NUMBERS_AND_TEXT = str | bytes | int | float | complex | None | np.generic | np.dtype
_TIMES = datetime.date | datetime.time | datetime.timedelta
_BY_NAME = type | types.FunctionType | types.BuiltinFunctionType | types.ModuleType  # a pickle holds their names only

# The pairs that were compared, by identity. It holds the objects too: the identity of a freed one is used again.
Seen = dict[tuple[int, int], tuple[Any, Any]]


def walk(one: Any, other: Any, path: str = "", seen: Seen | None = None) -> str | None:
    """Find the first difference of two nested values: mappings, sequences, arrays, objects with a state.

    Returns:
        The path of the difference and both values; None if the values are equal.
    """
    seen = {} if seen is None else seen
    if one is other or (id(one), id(other)) in seen:
        return None
    if type(one) is not type(other):
        return show(path, one, other)
    if isinstance(one, np.ndarray):
        return _array(one, other, path, seen)
    if isinstance(one, dict):
        if list(one) != list(other):
            return walk(list(one), list(other), f"{path}.keys()", seen)
        pairs = [(f"{path}.{key}" if isinstance(key, str) else f"{path}[{key!r}]", one[key], other[key]) for key in one]
    elif isinstance(one, list | tuple):
        if len(one) != len(other):
            return show(f"len({path})", len(one), len(other))
        pairs = [(f"{path}[{i}]", left, right) for i, (left, right) in enumerate(zip(one, other, strict=True))]
    elif _is_plain(one):
        # Not by ==, to which NaN differs from itself and 0.0 is -0.0.
        return None if repr(one) == repr(other) else show(path, one, other)
    else:
        pairs = [(path, _state(one), _state(other))]
    seen[id(one), id(other)] = (one, other)
    return next(filter(None, (walk(left, right, where, seen) for where, left, right in pairs)), None)


def show(path: str, one: object, other: object) -> str:
    """Spell a difference."""
    left, right = (_short(value) for value in (one, other))
    return f"{path.lstrip('.') or '(the whole)'}: {left} / {right}"


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _is_plain(value: object) -> bool:
    return isinstance(value, _NUMBERS_AND_TEXT | _TIMES | _BY_NAME)


def _array(one: Any, other: Any, path: str, seen: Seen) -> str | None:
    if (one.shape, one.dtype) != (other.shape, other.dtype):
        return show(path, (one.shape, str(one.dtype)), (other.shape, str(other.dtype)))
    if one.flags.c_contiguous != other.flags.c_contiguous:
        layouts = ["by row" if side.flags.c_contiguous else "by column" for side in (one, other)]
        return show(f"layout of {path.lstrip('.') or 'the array'}", *layouts)
    if one.dtype == object or one.dtype.names:
        return walk(one.tolist(), other.tolist(), path, seen)
    # Compare the bits: 0.0 and -0.0 are equal, and so are no two NaN.
    width = one.dtype.itemsize
    bits = [np.ascontiguousarray(side).view(np.uint8).reshape(-1, width) for side in (one, other)]
    rows = np.flatnonzero((bits[0] != bits[1]).any(axis=1))
    if not len(rows):
        return None
    index = np.unravel_index(rows[0], one.shape)
    return show(f"{path}[{', '.join(map(str, index))}]", one[index], other[index])


def _state(value: object) -> Any:
    """Give what pickle would store of an object, its attributes as a mapping."""
    reduced = value.__reduce_ex__(4)
    if isinstance(reduced, str):
        return reduced
    state = reduced[2] if len(reduced) > 2 else None
    return state if isinstance(state, dict) else [type(value).__qualname__, *map(_plain_part, reduced[1:])]


def _plain_part(part: Any) -> Any:
    return list(part) if hasattr(part, "__next__") else part
