"""POST /v1/predict: score rows."""

import asyncio
from typing import Any

import msgspec

from services.common.answers import Scores
from services.predict.app import metrics
from services.predict.app.exchange import Request, Response
from services.predict.app.model import Model
from services.predict.app.variants import Variants

VARIANT_HEADER = "x-model-variant"
_LONG = (
    256 * 1024
)  # bytes, about a millisecond; a longer body is scored beside the event loop, so that probes are answered


async def predict(request: Request, variants: Variants) -> Response:
    """Answer with a prediction for each row of the body, in the same order."""
    body = await request.body()
    model = variants.get(request.header(VARIANT_HEADER))
    if len(body) > _LONG:
        return Response(await asyncio.to_thread(_answer, model, body))
    return Response(_answer(model, body))


def _answer(model: Model, body: bytes) -> bytes:
    rows: list[Any] = model.reader.read(body)
    scores = model.scorer.score(rows).tolist()
    metrics.ROWS.inc(len(rows))
    return model.head + msgspec.json.encode([Scores(*score) for score in scores]) + b"}"
