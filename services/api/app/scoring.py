"""Rows, checked against a contract and scored by the very model it belongs to."""

from typing import Any

import msgspec

from services.api.app.predictor import Predictor
from services.api.app.served import ServedModel
from services.common import answers
from services.common.problems import Problem, unavailable

# The model may be replaced between the contract's check and the prediction, or be one of two that answer in turn.
_ATTEMPTS = 8


class Scored(msgspec.Struct, frozen=True):
    """Rows with the model's answer.

    Attributes:
        served: The model whose contract they were checked against.
        rows: As JSON.
        one: Whether the request was for one row, not for a list.
        answer: The model's, in the order of the rows.
    """

    served: ServedModel
    rows: list[bytes]
    one: bool
    answer: answers.Scored


async def score(predictor: Predictor, body: bytes, traceparent: str) -> Scored:
    """Check the rows of `body` and have them scored.

    Raises:
        Problem: 4xx if the rows break the contract; 503 if there is no answer.
    """
    served = await predictor.model()
    for _ in range(_ATTEMPTS):
        typed, one = served.reader.read_either(body)
        rows = [msgspec.json.encode(row) for row in typed]
        try:
            answer = await predictor.predict(inputs(rows), traceparent)
        except Problem as problem:
            current = await predictor.refresh()
            if problem.status != 422 or current is served:
                raise
            served = current  # it refuses what the contract allowed: it serves another by now
            continue
        author = await predictor.author(answer.model)
        if author is not None and (author is served or _takes(author, body, rows)):
            return Scored(author, rows, one, answer)
        served = await predictor.refresh()
    raise unavailable("model-changing", "The model is being replaced.", retry_after=1)


def _takes(served: ServedModel, body: bytes, rows: list[bytes]) -> bool:
    """Tell whether another model's contract reads the same rows from a body."""
    try:
        typed, _ = served.reader.read_either(body)
    except Problem:
        return False
    return [msgspec.json.encode(row) for row in typed] == rows


def inputs(rows: list[bytes]) -> bytes:
    """Give rows the form in which the predict service takes them."""
    return b'{"inputs":[' + b",".join(rows) + b"]}"


def document(rows: list[dict[str, Any]]) -> bytes:
    """Give rows that were not JSON the form of a request's body."""
    return msgspec.json.encode({"inputs": rows})
