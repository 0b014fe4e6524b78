"""POST /v1/predict: score rows."""

from typing import Any

import msgspec

from services.common import beside
from services.common.answers import KNOWN_HEADER
from services.predict.app.exchange import Request, Response
from services.predict.app.model import Model
from services.predict.app.variants import Variants

LONG = 256 * 1024  # bytes, about a millisecond: a longer body is scored beside the event loop
VARIANT_HEADER = "x-model-variant"


async def predict(request: Request, variants: Variants) -> Response:
    """Answer with a prediction for each row of the body, in the same order."""
    body = await request.body()
    model = variants.get(request.header(VARIANT_HEADER))
    known = request.header(KNOWN_HEADER)
    head = model.head if known is None or model.id in known else model.introduction
    return Response(await beside.run(len(body) > LONG, _answer, model, head, body))


def _answer(model: Model, head: bytes, body: bytes) -> bytes:
    rows: list[Any] = model.reader.read(body)
    answers = model.outcome.answers(model.score(rows))
    return head + msgspec.json.encode(answers) + b"}"
