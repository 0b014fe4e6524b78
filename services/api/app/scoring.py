"""Rows, checked against a contract and scored by the very model it belongs to."""

from collections.abc import Sequence
from typing import Any

import msgspec

from services.api.app.admission import is_batch
from services.api.app.predictor import Predictor, unusable
from services.api.app.served import ServedModel
from services.common import beside
from services.common import rows as common_rows
from services.common.answers import Classes, Scores
from services.common.problems import Problem, unavailable

# The model may be replaced between the contract's check and the prediction, or be one of two that answer in turn.
_ATTEMPTS = 8


class Scored(msgspec.Struct, frozen=True):
    """Rows with the model's answer.

    Attributes:
        served: The model whose contract they were checked against.
        rows: As JSON.
        one: Whether the request was for one row, not for a list.
        predictions: The model's, in the order of the rows.
    """

    served: ServedModel
    rows: list[bytes]
    one: bool
    predictions: Sequence[Scores | Classes]


async def score(predictor: Predictor, body: bytes, traceparent: str) -> Scored:
    """Check the rows of `body` and have them scored.

    Raises:
        Problem: 4xx if the rows break the contract; 503 if there is no answer.
    """
    batch = is_batch(len(body))
    served = await predictor.model()
    for _ in range(_ATTEMPTS):
        rows, one = await beside.run(batch, _read, served, body)
        try:
            answer = await predictor.predict(inputs(rows), traceparent)
        except Problem as problem:
            current = await predictor.refresh()
            if problem.status != 422 or current is served:
                raise
            served = current  # it refuses what the contract allowed: it serves another by now
            continue
        author = predictor.author(answer)
        if author is not None and (author is served or await beside.run(batch, _takes, author, body, rows)):
            try:
                return Scored(author, rows, one, author.predictions(answer.predictions))
            except msgspec.MsgspecError as error:
                raise unusable(error) from None
        served = await predictor.refresh()
    raise unavailable("model-changing", "The model is being replaced.", retry_after=1)


def _read(served: ServedModel, body: bytes) -> tuple[list[bytes], bool]:
    typed, one = served.reader.read_either(body)
    return [common_rows.encode(row) for row in typed], one


def _takes(served: ServedModel, body: bytes, rows: list[bytes]) -> bool:
    """Tell whether another model's contract reads the same rows from a body."""
    try:
        return _read(served, body)[0] == rows
    except Problem:
        return False


def inputs(rows: list[bytes]) -> bytes:
    """Give rows the form in which the predict service takes them."""
    return b'{"inputs":[' + b",".join(rows) + b"]}"


def document(rows: list[dict[str, Any]]) -> bytes:
    """Give rows that were not JSON the form of a request's body."""
    return msgspec.json.encode({"inputs": rows})
