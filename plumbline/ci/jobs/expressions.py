"""GitHub's expressions, as far as the workflows use them.

Source: GitHub's documentation, "Evaluate expressions in workflows and actions".
"""

import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from plumbline.kernel.errors import PlumblineError

Context = Mapping[str, Any]
Evaluate = Callable[[Context], Any]
_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+)|'(?P<text>(?:[^']|'')*)'|(?P<name>[A-Za-z_][\w-]*)|(?P<sign>&&|\|\||==|!=|>|<|[!().,\[\]]))"
)
_STATUS = re.compile(r"\b(?:always|cancelled|failure|success)\(")
_WHOLE = re.compile(r"\$\{\{((?:(?!\}\}).)*)\}\}", re.DOTALL)
_CONSTANTS = {"true": True, "false": False, "null": None}
# The calls of `hashFiles` only make keys of caches.
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "contains": lambda where, what: what in (where or ""),
    "format": lambda pattern, *values: pattern.format(*values),
    "fromJSON": json.loads,
    "hashFiles": lambda *names: "-".join(names),
    "toJSON": json.dumps,
}


def asks_for_status(expression: str) -> bool:
    """Tell whether a condition names a status; GitHub adds `success() &&` to one that does not."""
    return bool(_STATUS.search(expression))


def condition(text: object) -> str:
    """Give the expression of an `if`, whose braces may be left out."""
    whole = _WHOLE.fullmatch(str(text).strip())
    return whole[1].strip() if whole else str(text).strip()


def fill(value: Any, context: Context) -> Any:
    """Evaluate what stands in braces: a value alone keeps its kind, in a text it becomes text."""
    if not isinstance(value, str):
        return value
    if whole := _WHOLE.fullmatch(value.strip()):
        return evaluate(whole[1], context)
    return _WHOLE.sub(lambda found: _text(evaluate(found[1], context)), value)


def evaluate(expression: str, context: Context) -> Any:
    """Give the value of an expression, with the functions of the context's key `()` beside GitHub's own.

    Raises:
        PlumblineError: It is wrong, or a function refuses what it is given.
    """
    try:
        return _parsed(expression)(context)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise PlumblineError(f"`{expression.strip()}` cannot be evaluated: {error!r}") from None


@cache
def _parsed(expression: str) -> Evaluate:
    tokens, position = [], 0
    while position < len(expression.rstrip()):
        found = _TOKEN.match(expression, position)
        if not found:
            raise PlumblineError(f"`{expression.strip()}` is no expression, from character {position + 1}")
        tokens.append((str(found.lastgroup), found[str(found.lastgroup)]))
        position = found.end()
    parser = _Parser(tokens)
    parsed = parser.either()
    parser.end(expression)
    return parsed


class _Parser:
    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens

    def end(self, expression: str) -> None:
        if self._tokens:
            raise PlumblineError(f"`{expression.strip()}` is no expression: {self._tokens[0][1]!r} is left over")

    def _take(self, *signs: str) -> str:
        if self._tokens and self._tokens[0][0] == "sign" and self._tokens[0][1] in signs:
            return self._tokens.pop(0)[1]
        return ""

    def either(self) -> Evaluate:
        left = self._both()
        while self._take("||"):
            left = (lambda one, two: lambda context: one(context) or two(context))(left, self._both())
        return left

    def _both(self) -> Evaluate:
        left = self._compared()
        while self._take("&&"):
            left = (lambda one, two: lambda context: one(context) and two(context))(left, self._compared())
        return left

    def _compared(self) -> Evaluate:
        left = self._one()
        if sign := self._take("==", "!=", "<", ">"):
            right = self._one()
            rules: dict[str, Callable[[Any, Any], bool]] = {
                "==": _same,
                "!=": lambda one, two: not _same(one, two),
                "<": lambda one, two: float(one or 0) < float(two or 0),
                ">": lambda one, two: float(one or 0) > float(two or 0),
            }
            return lambda context: rules[sign](left(context), right(context))
        return left

    def _one(self) -> Evaluate:
        if self._take("!"):
            inner = self._one()
            return lambda context: not inner(context)
        if self._take("("):
            inner = self.either()
            self._take(")")
            return inner
        kind, value = self._tokens.pop(0)
        if kind == "number":
            return lambda _: int(value)
        if kind == "text":
            return lambda _: value.replace("''", "'")
        if self._take("("):
            return self._call(value)
        if value in _CONSTANTS:
            return lambda _: _CONSTANTS[value]
        path = [value]
        while self._take("."):
            path.append(self._tokens.pop(0)[1])
        return lambda context: _property(context, path)

    def _call(self, name: str) -> Evaluate:
        arguments = []
        while not self._take(")"):
            arguments.append(self.either())
            self._take(",")
        return lambda context: (_FUNCTIONS | context.get("()", {}))[name](*(one(context) for one in arguments))


def _property(context: Context, path: list[str]) -> Any:
    value: Any = context[path[0]]
    for name in path[1:]:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _same(one: Any, two: Any) -> bool:
    if isinstance(one, str) and isinstance(two, str):
        return one.casefold() == two.casefold()
    return bool(one == two or (one in (None, "", 0, False) and two in (None, "", 0, False)))


def _text(value: Any) -> str:
    return {True: "true", False: "false", None: ""}.get(value, str(value)) if not isinstance(value, str) else value
