"""What a request for predictions asks: its body, given a place among those that are answered, and scored."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

from starlette.requests import Request

from plumbline.bundle.contract import Contract
from services.api.app import bodies, scoring, tables
from services.api.app.admission import is_batch
from services.api.app.scoring import Scored
from services.api.app.state import State
from services.common import beside

JSON = "application/json"
_DENSITY = 8  # bytes of JSON that say what a byte of a table does, names included


class Asked(NamedTuple):
    """A body, of JSON or a table, and whether it is one that is worked on beside the event loop."""

    body: bytes
    media_type: str
    long: bool


@asynccontextmanager
async def read(request: Request, parts: State) -> AsyncIterator[Asked]:
    """Give the body of a request; what is done with it meanwhile has a place of the worker's.

    Raises:
        Problem: 4xx if there is no such body; 503 if there is no place.
    """
    async with bodies.read(request, (JSON, tables.MEDIA_TYPE)) as (body, media_type):
        long = is_batch(len(body) * (_DENSITY if media_type == tables.MEDIA_TYPE else 1))
        with parts.admission.enter(long):
            yield Asked(body, media_type, long)


async def score(request: Request, parts: State, asked: Asked) -> Scored:
    """Check the rows of a body and have them scored.

    Raises:
        Problem: 4xx if the body is no table or the rows break the contract; 503 if there is no answer.
    """
    body = asked.body
    if asked.media_type == tables.MEDIA_TYPE:
        served = await parts.predictor.model()
        body = await beside.run(asked.long, _document, body, served.contract, parts.settings.max_rows)
    return await scoring.score(parts.predictor, body, request.state.trace.traceparent)


def _document(body: bytes, contract: Contract, max_rows: int) -> bytes:
    """Give a table the form of a JSON body."""
    return scoring.document(tables.read(body, contract, max_rows))
