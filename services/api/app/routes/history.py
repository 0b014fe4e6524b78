"""/v1/predictions: read predictions again, and say what turned out to be true."""

import re
from datetime import UTC, datetime
from typing import Annotated

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from services.api.app import answers, bodies, responses, scoring, state
from services.api.app.store import records
from services.common import rows
from services.common.problems import Problem, Violation

_IDENTIFIER = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NUMBER = re.compile("[0-9]{1,9}")
_MOST = 200  # predictions in a page
_LONGEST = 4096  # bytes of a body that says what turned out to be true


class Actual(msgspec.Struct, forbid_unknown_fields=True):
    """What turned out to be true: a number in the target's unit, or a class."""

    value: Annotated[float, msgspec.Meta(ge=-1e300, le=1e300)] | str


async def page(request: Request) -> Response:
    """Give the caller's predictions, the newest first, a page at a time."""
    parts = state.of(request)
    key = await parts.access.check(request, "read")
    query = request.query_params
    limit, cursor = query.get("limit", "50"), query.get("cursor")
    if not _NUMBER.fullmatch(limit) or not 1 <= int(limit) <= _MOST:
        raise _bad_query("limit", f"must be a number from 1 to {_MOST}")
    if cursor is not None and not _IDENTIFIER.fullmatch(cursor):
        raise _bad_query("cursor", "must be what `next` of the page before says")
    found = await parts.store.read(records.page, key.id, cursor, int(limit) + 1)
    shown = [answers.summarise(row) for row in found[: int(limit)]]
    following = shown[-1].id if len(found) > int(limit) else None
    return responses.json(answers.Page(shown, following))


async def one(request: Request) -> Response:
    """Give one prediction with its input and full lineage."""
    parts = state.of(request)
    key = await parts.access.check(request, "read")
    row = await parts.store.read(records.find, key.id, _identifier(request))
    return responses.json(answers.restore(row))


async def explanation(request: Request) -> Response:
    """Say which fields moved a prediction; only the model that made it can.

    Raises:
        Problem: 409; another model is served by now.
    """
    parts = state.of(request)
    key = await parts.access.check(request, "read")
    row = await parts.store.read(records.find, key.id, _identifier(request))
    answer = await parts.predictor.explain(scoring.inputs([row["input"].encode()]), request.state.trace.traceparent)
    if answer.model.bundle_sha256 != row["bundle_sha256"]:
        text = "The model that made this prediction is no longer served."
        raise Problem(409, "model-replaced", text)
    return responses.json(answer.explanations[0])


async def record_actual(request: Request) -> Response:
    """Record what turned out to be true; it can be said once."""
    parts = state.of(request)
    key = await parts.access.check(request, "actuals")
    identifier = _identifier(request)
    async with bodies.read(request, ("application/json",), _LONGEST) as (body, _):
        document = rows.decode(body)
    try:
        actual = msgspec.convert(document, Actual)
    except msgspec.ValidationError as error:
        found = Violation("/value", "type", str(error))
        raise Problem(422, "invalid-input", "The actual value is not valid.", [found]) from None
    now = datetime.now(UTC)
    new = await parts.store.write(
        lambda connection: records.record_actual(connection, key.id, identifier, actual.value, now)
    )
    return responses.json(answers.Recorded(identifier, actual.value), 201 if new else 200)


def _identifier(request: Request) -> str:
    identifier: str = request.path_params["id"]
    if not _IDENTIFIER.fullmatch(identifier):
        raise Problem(404, "not-found", "There is no prediction of yours with this id.")
    return identifier


def _bad_query(name: str, message: str) -> Problem:
    found = [Violation(f"?{name}", "query", message)]
    return Problem(400, "bad-query", f"The parameter {name} {message}.", found)
