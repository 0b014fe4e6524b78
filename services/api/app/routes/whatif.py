"""POST /v1/what-if: what the model says of rows, and why; nothing is stored."""

from starlette.requests import Request
from starlette.responses import Response

from services.api.app import answers, asked, responses, scoring, state
from services.api.app.scoring import Scored
from services.api.app.state import State
from services.common import beside
from services.common.answers import Explanation
from services.common.problems import unavailable

_ATTEMPTS = 4  # to have a row scored and explained by one and the same model


async def create(request: Request) -> Response:
    """Check the rows, have them scored, and answer; one row is explained, too."""
    parts = state.of(request)
    await parts.access.check(request, "predict")
    async with asked.read(request, parts) as given:
        for _ in range(_ATTEMPTS):
            scored = await asked.score(request, parts, given)
            explanation = await _explain(request, parts, scored) if scored.one else None
            if explanation or not scored.one:
                return await beside.run(given.long, _compose, scored, explanation)
    raise unavailable("model-changing", "The model is being replaced.", retry_after=1)


def _compose(scored: Scored, explanation: Explanation | None) -> Response:
    return responses.json(answers.imagine(scored, explanation))


async def _explain(request: Request, parts: State, scored: Scored) -> Explanation | None:
    """Explain the row; None if another model does than the one that scored it."""
    said = await parts.predictor.explain(scoring.inputs(scored.rows), request.state.trace.traceparent)
    return said.explanations[0] if said.model == scored.served.identity else None
