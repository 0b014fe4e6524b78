"""All that is wrong with a request's rows: the careful path, taken when the fast one refuses."""

import math
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches

from plumbline.bundle import moments
from plumbline.bundle.contract import Column, Contract
from services.common.problems import Violation

LIMIT = 100  # violations listed in one answer
LONGEST_LABEL = 200  # characters of a label of an open category, as in the contract's JSON Schema
_COMPARED = 80  # characters
_LABELS = 30  # that a violation lists


def of_document(document: object, contract: Contract, max_rows: int, allow_one: bool) -> Iterator[Violation]:
    """Find what is wrong with a decoded body, {"inputs": [row, …]} or, if allowed, {"input": row}."""
    form = '{"input": {…}} or {"inputs": [{…}, …]}' if allow_one else '{"inputs": [{…}, …]}'
    if not isinstance(document, dict):
        yield Violation("", "type", f"the body must be an object of the form {form}")
        return
    known = {"input", "inputs"} if allow_one else {"inputs"}
    for name in document:
        if name not in known:
            yield Violation(_pointer(name), "additionalProperties", f"is unknown; the form is {form}")
    given = known & document.keys()
    if len(given) != 1:
        yield Violation("", "required", f"the body must be of the form {form}")
    elif "input" in given:
        yield from of_row(document["input"], contract, "/input")
    else:
        yield from _of_rows(document["inputs"], contract, max_rows)


def _of_rows(rows: object, contract: Contract, max_rows: int) -> Iterator[Violation]:
    if not isinstance(rows, list):
        yield Violation("/inputs", "type", f"must be a list of rows, not {_kind(rows)}")
    elif not rows:
        yield Violation("/inputs", "minItems", "must hold at least one row")
    elif len(rows) > max_rows:
        yield Violation("/inputs", "maxItems", f"holds {len(rows)} rows; at most {max_rows} fit")
    else:
        for number, row in enumerate(rows):
            yield from of_row(row, contract, f"/inputs/{number}")


def of_row(row: object, contract: Contract, where: str) -> Iterator[Violation]:
    """Find what is wrong with one row; `where` is its JSON pointer."""
    if not isinstance(row, Mapping):
        yield Violation(where, "type", f"must be an object, not {_kind(row)}")
        return
    columns = {column.name: column for column in contract.columns}
    for name in row:
        if name not in columns:
            near = _near(str(name), columns)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            yield Violation(where + _pointer(name), "additionalProperties", f"no such column{hint}")
    for name, column in columns.items():
        value = row.get(name)
        if value is None:
            if column.required:
                text = "must not be null" if name in row else "is required and missing"
                yield Violation(where + _pointer(name), "required", text)
            continue
        found = _of_value(value, column)
        if found:
            yield Violation(where + _pointer(name), *found)


def _of_value(value: object, column: Column) -> tuple[str, str] | None:
    match column.type:
        case "category":
            return _of_label(value, column)
        case "date" | "timestamp":
            return _of_moment(value, column)
        case "boolean":
            return None if isinstance(value, bool) else ("type", f"must be true or false, not {_kind(value)}")
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "type", f"must be {_article(column.type)}, not {_kind(value)}"
    if isinstance(value, float) and not math.isfinite(value):
        return "type", "must be a finite number"
    if column.type == "integer" and value != int(value):
        return "type", f"must be an integer, not {value}"
    unit = f" {column.unit}" if column.unit else ""
    if value < column.least:
        return "minimum", f"is {value}; the least allowed is {column.least:.15g}{unit}"
    if value > column.most:
        return "maximum", f"is {value}; the most allowed is {column.most:.15g}{unit}"
    return None


def _near(text: str, known: Iterable[str]) -> list[str]:
    """Give the closest of the known texts, if one is close; a long text is close to none, and slow to compare."""
    return get_close_matches(text, known, n=1) if len(text) <= _COMPARED else []


def _of_label(value: object, column: Column) -> tuple[str, str] | None:
    if not isinstance(value, str):
        return "type", f"must be a string, not {_kind(value)}"
    if column.open:
        fits = 1 <= len(value) <= LONGEST_LABEL
        return None if fits else ("maxLength", f"must have 1 to {LONGEST_LABEL} characters, not {len(value)}")
    if value in column.categories:
        return None
    near = _near(value, column.categories)
    hint = f"did you mean {near[0]!r}? " if near else ""
    more = len(column.categories) - _LABELS
    allowed = ", ".join(column.categories[:_LABELS]) + (f" and {more} more" if more > 0 else "")
    return "enum", f"{value[:80]!r} is not allowed: {hint}allowed are {allowed}"


def _of_moment(value: object, column: Column) -> tuple[str, str] | None:
    if not isinstance(value, str):
        return "type", f"must be a string, not {_kind(value)}"
    try:
        number = moments.number(value, column.type)
    except ValueError:
        form = "2026-01-31" if column.type == "date" else "2026-01-31T12:00:00Z"
        return "format", f"{value[:40]!r} is no {column.type} of the form {form}"
    if number < column.least:
        return "minimum", f"is {value[:40]}; the earliest allowed is {column.minimum}"
    if number > column.most:
        return "maximum", f"is {value[:40]}; the latest allowed is {column.maximum}"
    return None


def _pointer(name: object) -> str:
    text = str(name)[:80].encode(errors="replace").decode()  # a lone surrogate is not UTF-8
    return "/" + text.replace("~", "~0").replace("/", "~1")


def _article(kind: str) -> str:
    return "an integer" if kind == "integer" else "a number"


def _kind(value: object) -> str:
    if value is None:
        return "null"
    names = {bool: "a boolean", str: "a string", list: "a list", dict: "an object"}
    return names.get(type(value), "a number")
