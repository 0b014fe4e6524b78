"""GET /v1/model and /openapi.json: what the model is and how to ask it."""

import msgspec

from services.predict.app import openapi
from services.predict.app.exchange import Request, Response
from services.predict.app.routes.predict import VARIANT_HEADER
from services.predict.app.variants import Variants


async def describe(request: Request, variants: Variants) -> Response:
    """Give the contract, the lineage and the release of the model that answers."""
    return Response(variants.get(request.header(VARIANT_HEADER)).description)


async def document(_: Request, variants: Variants) -> Response:
    """Give the OpenAPI document, made from the contract of the default model."""
    return Response(msgspec.json.encode(openapi.document(variants.get(None).contract)))
