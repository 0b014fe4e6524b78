"""GET /livez, /readyz and /metrics: for the platform."""

from typing import Literal

import msgspec

from services.common import metrics
from services.common.answers import Alive, Identity
from services.predict.app.exchange import Request, Response
from services.predict.app.variants import Variants


class Ready(msgspec.Struct, frozen=True):
    """Which models answer, by variant, and why other bundles were refused."""

    models: dict[str, Identity]
    refused: dict[str, str]
    status: Literal["ready"] = "ready"


async def livez(_: Request, __: Variants) -> Response:
    """Say that the process answers, whatever the state of its models."""
    return Response(msgspec.json.encode(Alive()))


async def readyz(_: Request, variants: Variants) -> Response:
    """Say which models answer, and which bundles were refused.

    Raises:
        Problem: 503; there is no model yet, and why.
    """
    variants.get(None)
    models = {name: model.identity for name, model in variants.models.items()}
    return Response(msgspec.json.encode(Ready(models, variants.failures)))


async def scrape(_: Request, __: Variants) -> Response:
    """Give the metrics of all workers."""
    body, media_type = metrics.render()
    return Response(body, media_type=media_type)
