"""POST /v1/explain: which fields moved a prediction."""

import asyncio

import msgspec

from services.common.answers import Explanations
from services.common.problems import Problem, Violation
from services.predict.app.exchange import Request, Response
from services.predict.app.explain import explain as explain_row
from services.predict.app.model import Model
from services.predict.app.routes.predict import VARIANT_HEADER
from services.predict.app.variants import Variants

MAX_ROWS = 10  # each takes as long as scoring some thousand rows


async def explain(request: Request, variants: Variants) -> Response:
    """Answer with an explanation for each row of the body, in the same order."""
    body = await request.body()
    model = variants.get(request.header(VARIANT_HEADER))
    return Response(await asyncio.to_thread(_answer, model, body))


def _answer(model: Model, body: bytes) -> bytes:
    rows = model.reader.read(body)
    if len(rows) > MAX_ROWS:
        text = f"holds {len(rows)} rows; at most {MAX_ROWS} can be explained at once"
        raise Problem(422, "invalid-input", "Too many rows.", [Violation("/inputs", "maxItems", text)])
    explanations = [explain_row(model.scorer, model.outcome, row, model.golden_rows) for row in rows]
    return msgspec.json.encode(Explanations(model.identity, explanations))
