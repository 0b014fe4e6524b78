"""GET /livez, /readyz and /metrics: for the platform."""

from typing import Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from services.api.app import responses, state
from services.common import metrics
from services.common.answers import Alive, Identity


class Ready(msgspec.Struct, frozen=True):
    """A prediction could be made by this model, and stored."""

    model: Identity
    status: Literal["ready"] = "ready"


async def livez(_: Request) -> Response:
    """Say that the process answers, whatever the state of what it depends on."""
    return responses.json(Alive())


async def readyz(request: Request) -> Response:
    """Say whether a prediction could be made and stored now.

    Raises:
        Problem: 503; the predict service or the store is not ready, and why.
    """
    parts = state.of(request)
    await parts.store.check()
    served = await parts.predictor.refresh()
    return responses.json(Ready(served.identity))


async def scrape(_: Request) -> Response:
    """Give the metrics of all workers."""
    body, media_type = metrics.render()
    return Response(body, media_type=media_type)
