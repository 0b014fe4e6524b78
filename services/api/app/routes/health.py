"""GET /livez, /readyz and /metrics: for the platform."""

from starlette.requests import Request
from starlette.responses import Response

from services.api.app import responses, state
from services.common import metrics


async def livez(_: Request) -> Response:
    """Say that the process answers, whatever the state of what it depends on."""
    return responses.json({"status": "alive"})


async def readyz(request: Request) -> Response:
    """Say whether a prediction could be made and stored now.

    Raises:
        Problem: 503; the predict service or the store is not ready, and why.
    """
    parts = state.of(request)
    await parts.store.check()
    served = await parts.predictor.refresh()
    return responses.json({"status": "ready", "model": served.identity})


async def scrape(_: Request) -> Response:
    """Give the metrics of all workers."""
    body, media_type = metrics.render()
    return Response(body, media_type=media_type)
