"""GET /livez, /readyz and /metrics: for the platform."""

import msgspec

from services.common import metrics
from services.predict.app.exchange import Request, Response
from services.predict.app.variants import Variants


async def livez(_: Request, __: Variants) -> Response:
    """Say that the process answers, whatever the state of its models."""
    return Response(b'{"status":"alive"}')


async def readyz(_: Request, variants: Variants) -> Response:
    """Say which models answer, and which bundles were refused.

    Raises:
        Problem: 503; there is no model yet, and why.
    """
    variants.get(None)
    models = {name: model.identity for name, model in variants.models.items()}
    body = {"status": "ready", "models": models, "refused": variants.failures}
    return Response(msgspec.json.encode(body))


async def scrape(_: Request, __: Variants) -> Response:
    """Give the metrics of all workers."""
    body, media_type = metrics.render()
    return Response(body, media_type=media_type)
