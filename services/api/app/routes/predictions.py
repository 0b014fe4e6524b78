"""POST /v1/predictions: price rows, with what is needed to trust and to trace the answer."""

from datetime import UTC, datetime
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from services.api.app import bodies, identifiers, responses, state
from services.api.app.predictor import Answer, Predictor
from services.api.app.served import Identity, ServedModel
from services.common.problems import Problem, unavailable

_ATTEMPTS = 3  # the model may be replaced between the contract's check and the prediction


class Interval(msgspec.Struct, frozen=True):
    """Where the true value lies, with the probability `coverage`."""

    lower: float
    upper: float
    coverage: float


class Item(msgspec.Struct, frozen=True):
    """The answer for one row of several, in the target's unit."""

    id: str
    prediction: float
    interval: Interval


class Origin(msgspec.Struct, frozen=True):
    """What is the same for all rows of a request."""

    target: str
    unit: str
    created_at: str
    model: Identity
    lineage: dict[str, Any]


class Prediction(Origin, frozen=True, kw_only=True):
    """The answer for one row."""

    id: str
    prediction: float
    interval: Interval


class Predictions(Origin, frozen=True, kw_only=True):
    """The answer for several rows, in the order of the request."""

    predictions: list[Item]


async def create(request: Request) -> Response:
    """Validate the rows against the contract, have them scored, and answer."""
    parts = state.of(request)
    body = await bodies.read(request, parts.settings, "application/json")
    scored = await score(parts.predictor, body, request.state.trace.traceparent)
    return responses.json(compose(scored), 201)


class Scored(msgspec.Struct, frozen=True):
    """Rows with the answer of the very model whose contract they were checked against.

    Attributes:
        rows: As JSON.
        one: Whether the request was for one row, not for a list.
    """

    served: ServedModel
    rows: list[bytes]
    one: bool
    answer: Answer


async def score(predictor: Predictor, body: bytes, traceparent: str) -> Scored:
    """Check the rows of `body` and have them scored.

    Raises:
        Problem: 4xx if the rows break the contract; 503 if there is no answer.
    """
    served = await predictor.model()
    for _ in range(_ATTEMPTS):
        rows, one = _read(served, body)
        inputs = b'{"inputs":[' + b",".join(rows) + b"]}"
        try:
            answer = await predictor.predict(inputs, traceparent)
        except Problem as problem:
            current = await predictor.refresh()
            if problem.status != 422 or current is served:
                raise
            served = current  # it refuses what the contract allowed: it serves another by now
            continue
        if answer.model == served.identity:
            return Scored(served, rows, one, answer)
        served = await predictor.refresh()
    raise unavailable("model-changing", "The model is being replaced.", retry_after=1)


def _read(served: ServedModel, body: bytes) -> tuple[list[bytes], bool]:
    rows, one = served.reader.read_either(body)
    return [msgspec.json.encode(row) for row in rows], one


def compose(scored: Scored) -> Prediction | Predictions:
    """Give an answer its identifiers, unit and lineage."""
    contract = scored.served.contract
    items = [
        Item(
            identifiers.new(),
            item.prediction,
            Interval(item.lower, item.upper, contract.interval.coverage),
        )
        for item in scored.answer.predictions
    ]
    origin: dict[str, Any] = {
        "target": contract.target.name,
        "unit": contract.target.unit,
        "created_at": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "model": scored.served.identity,
        "lineage": scored.served.lineage,
    }
    if scored.one:
        return Prediction(**origin, **msgspec.structs.asdict(items[0]))
    return Predictions(**origin, predictions=items)
