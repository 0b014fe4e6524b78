"""Rows from a request's body: typed decoding built from the contract."""

import json
import math
from collections.abc import Callable
from itertools import islice
from typing import Annotated, Any, Literal

import msgspec

from plumbline.bundle.contract import Column, Contract
from services.common import moments, violations
from services.common.problems import Problem, Violation
from services.common.sizes import LONG, Sizes

encode = msgspec.json.Encoder(enc_hook=moments.encode).encode  # of rows, and of whatever holds them
_ANY = msgspec.json.Decoder(float_hook=float)  # 1e400 becomes inf, which the contract then refuses


class RowReader:
    """Reads bodies of the form {"inputs": [row, …]} or {"input": row}.

    Attributes:
        sizes: The bounds of a long body.
        row_type: A struct with a field for each column: None where an optional value is missing.
    """

    def __init__(
        self,
        contract: Contract,
        max_rows: int,
        row_type: type[msgspec.Struct] | None = None,
    ) -> None:
        """Build the decoder.

        Args:
            contract: What a row may hold.
            max_rows: The most rows in one body.
            row_type: That of another reader of the same contract, to share it.
        """
        self._contract = contract
        self._max_rows = max_rows
        self.sizes = Sizes(contract, max_rows)
        self.row_type = row_type or make_row_type(contract)
        rows = Annotated[
            list[self.row_type],  # type: ignore[name-defined]
            msgspec.Meta(min_length=1, max_length=max_rows),
        ]
        self._decode = _decoder([("inputs", rows)])
        self._decode_either = _decoder(
            [
                ("inputs", rows | msgspec.UnsetType, msgspec.UNSET),
                ("input", self.row_type | msgspec.UnsetType, msgspec.UNSET),
            ]
        )

    def read(self, body: bytes) -> list[Any]:
        """Decode and validate a body of the form {"inputs": [row, …]}.

        Returns:
            The rows, at least one, each a `row_type`; the field of the i-th column is `c{i}`.

        Raises:
            Problem: 400 if the body is not JSON; 422 with all violations if it breaks the contract.
        """
        self.sizes.check(body)
        try:
            rows: list[Any] = self._decode(body).inputs
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            rows, _ = self._read_carefully(body, allow_one=False)
        return rows

    def read_either(self, body: bytes) -> tuple[list[Any], bool]:
        """Decode and validate a body of either form.

        Returns:
            The rows, as `read` gives them, and whether the body was of the form {"input": row}.

        Raises:
            Problem: As `read` does.
        """
        self.sizes.check(body)
        try:
            found = self._decode_either(body)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return self._read_carefully(body, allow_one=True)
        if (found.input is msgspec.UNSET) == (found.inputs is msgspec.UNSET):
            return self._read_carefully(body, allow_one=True)
        return ([found.input], True) if found.inputs is msgspec.UNSET else (found.inputs, False)

    def _read_carefully(self, body: bytes, allow_one: bool) -> tuple[list[Any], bool]:
        document: Any = {"inputs": self.sizes.rows(body)} if len(body) > LONG else decode(body)
        found = violations.of_document(document, self._contract, self._max_rows, allow_one)
        refuse(list(islice(found, violations.LIMIT + 1)))
        one = "input" in document
        rows = [document["input"]] if one else document["inputs"]
        return [self._convert(row) for row in rows], one

    def check(self, row: object, where: str) -> Any:
        """Validate a decoded row; `where` is its JSON pointer.

        Returns:
            The row, as `read` gives it.

        Raises:
            Problem: 422, with its violations.
        """
        refuse(list(islice(violations.of_row(row, self._contract, where), violations.LIMIT + 1)))
        return self._convert(row)

    def _convert(self, row: Any) -> Any:
        """Convert a row that is valid but not typed: JSON Schema takes 3.0 for an integer."""
        whole = {
            column.name: int(row[column.name])
            for column in self._contract.columns
            if column.type == "integer" and row.get(column.name) is not None
        }
        return msgspec.convert(row | whole, self.row_type, dec_hook=moments.decode)


def make_row_type(contract: Contract) -> type[msgspec.Struct]:
    """Make the struct of a row; the field of the i-th column is `c{i}`."""
    fields = {f"c{i}": column.name for i, column in enumerate(contract.columns)}
    columns = zip(fields, contract.columns, strict=True)
    # Required fields come first, as in a function's signature.
    members = sorted((_member(field, column) for field, column in columns), key=len)
    return msgspec.defstruct("Row", members, rename=fields, forbid_unknown_fields=True, gc=False, frozen=True)


def _decoder(fields: list[tuple[Any, ...]]) -> Callable[[bytes], Any]:
    body = msgspec.defstruct("Body", fields, forbid_unknown_fields=True, gc=False)
    return msgspec.json.Decoder(body, dec_hook=moments.decode).decode


def decode(body: bytes) -> Any:
    """Decode JSON of any form; NaN and the infinities, which JSON lacks, are let through.

    Raises:
        Problem: 400; the body is not JSON, or too deeply nested.
    """
    try:
        return _ANY.decode(body)
    except RecursionError:
        raise _malformed("it is nested too deeply") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return _decode_constants(body, str(error))


def _decode_constants(body: bytes, why: str) -> Any:
    """Decode what Python's encoder writes for NaN, so that the contract can name the field."""
    constants: list[float] = []

    def remember(name: str) -> float:
        constants.append(float(name))
        return constants[-1]

    try:
        document = json.loads(body, parse_constant=remember)
    except (ValueError, RecursionError):
        raise _malformed(why) from None
    if not constants:  # msgspec is the stricter one, and right
        raise _malformed(why)
    return document


def _malformed(why: str) -> Problem:
    return Problem(400, "malformed-json", f"The body is not JSON: {why}.", [Violation("", "json", why)])


def refuse(found: list[Violation]) -> None:
    """Raise a 422 that lists the violations, if there are any."""
    if found:
        listed = found[: violations.LIMIT]
        more = "more than " if len(found) > violations.LIMIT else ""
        detail = f"The input breaks the contract in {more}{len(listed)} place(s); see errors."
        raise Problem(422, "invalid-input", detail, listed)


def _member(field: str, column: Column) -> tuple[Any, ...]:
    kind = _kind(column)
    return (field, kind) if column.required else (field, kind | None, None)


def _kind(column: Column) -> Any:
    match column.type:
        case "boolean":
            return bool
        case "category" if column.open:
            return Annotated[str, msgspec.Meta(min_length=1, max_length=violations.LONGEST_LABEL)]
        case "category":
            return Literal[column.categories]
        case "integer":
            return Annotated[int, msgspec.Meta(ge=math.ceil(column.least), le=math.floor(column.most))]
        case "number":
            return Annotated[float, msgspec.Meta(ge=column.least, le=column.most)]
        case _:
            return moments.type_of(column)
