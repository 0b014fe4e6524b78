"""GET /v1/model and /openapi.json: what the model is and how to ask for a prediction."""

from starlette.requests import Request
from starlette.responses import Response

from services.api.app import openapi, responses, state


async def describe(request: Request) -> Response:
    """Give the contract, the lineage and the release of the model that is served."""
    served = await state.of(request).predictor.model()
    return Response(served.raw, media_type="application/json")


async def document(request: Request) -> Response:
    """Give the OpenAPI document, made from the contract of the model that is served."""
    served = await state.of(request).predictor.model()
    return responses.json(openapi.document(served.contract))
