"""DELETE /v1/customers/{reference}: forget whom predictions are about, and the predictions."""

from starlette.requests import Request
from starlette.responses import Response

from services.api.app import answers, customers, responses, state
from services.api.app.store import deletion


async def forget(request: Request) -> Response:
    """Delete the caller's predictions about a customer; say how many there were."""
    parts = state.of(request)
    key = await parts.access.check(request, "delete")
    reference = customers.check(request.path_params["reference"])
    total, done = 0, deletion.GROUP
    while done == deletion.GROUP:
        done = await parts.store.write(lambda connection: deletion.of_customer(connection, reference, key.id))
        total += done
    return responses.json(answers.Deleted(total))
