"""What a long body may hold before any object is made of it.

Decoding holds the interpreter's lock, in whatever thread it runs: a body of fifteen million bytes that is nothing but
`[],[],…` would stop its worker, probes and all, for more than a second. Counting its characters takes ten milliseconds.
"""

from typing import Any

import msgspec

from plumbline.bundle.contract import Contract
from services.common.problems import Problem, Violation

LONG = 128 * 1024  # bytes: what is longer is checked here first
_LONGEST_ROW = 64 * 1024  # bytes
_IN_OPEN = 16  # commas, and braces, that a label may have where any is taken, on average of the rows of a full body


class _Pieces(msgspec.Struct, forbid_unknown_fields=True):
    inputs: list[msgspec.Raw]


class Sizes:
    """The bounds of a body of at most `max_rows` rows of a contract."""

    def __init__(self, contract: Contract, max_rows: int) -> None:
        self._max_rows = max_rows
        self._columns = len(contract.columns)
        self._most = {mark: self._count(contract, mark) for mark in "{,"}

    def _count(self, contract: Contract, mark: str) -> int:
        """Give how often a character may stand in a body: for the structure, and in names and labels."""
        in_text = 0
        for column in contract.columns:
            in_text += column.name.count(mark) + max((label.count(mark) for label in column.categories), default=0)
            in_text += _IN_OPEN if column.open else 0
        in_structure = len(contract.columns) if mark == "," else 1
        return (self._max_rows + 1) * (in_structure + in_text)

    def check(self, body: bytes, around: int = 0) -> None:
        """Refuse a body that has more rows or values than any valid one.

        Args:
            body: JSON with a value for each column of each row.
            around: How many commas, and braces, a column of the body has besides its values, if the body has columns.

        Raises:
            Problem: 422; it has.
        """
        if len(body) <= LONG:  # quickly decoded, whatever it holds
            return
        for mark, most in self._most.items():
            if body.count(mark.encode()) > most + around * (self._columns + 1):
                text = f"holds more rows than the {self._max_rows} that fit, or more values than these have"
                raise _invalid("maxItems", text)

    def rows(self, body: bytes) -> list[Any]:
        """Decode the rows of a body that `check` let through one by one, so that other threads run meanwhile.

        Raises:
            Problem: 400 or 422; it is not JSON, not of the form {"inputs": [row, …]}, or a row is too long.
        """
        try:
            rows = msgspec.json.decode(body, type=_Pieces).inputs
            for row in rows:
                if len(memoryview(row)) > _LONGEST_ROW:
                    raise _invalid("maxLength", f"holds a row of more than {_LONGEST_ROW} bytes")
            return [msgspec.json.decode(row) for row in rows]
        except msgspec.ValidationError:  # its message may be as long as the body
            text = f'a body of more than {LONG} bytes must be of the form {{"inputs": [{{…}}, …]}} and nothing else'
            raise _invalid("type", text) from None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            why = str(error)
            text = f"The body is not JSON: {why}."
            raise Problem(400, "malformed-json", text, [Violation("", "json", why)]) from None


def _invalid(rule: str, text: str) -> Problem:
    where = "" if rule == "type" else "/inputs"
    return Problem(422, "invalid-input", "The input breaks the contract; see errors.", [Violation(where, rule, text)])
