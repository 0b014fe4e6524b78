"""POST /v1/predictions: price rows, with what is needed to trust and to trace the answer."""

import hashlib
import re
import time
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy.exc import IntegrityError
from starlette.requests import Request
from starlette.responses import Response

from services.api.app import answers, asked, customers, metrics, state, tables
from services.api.app.answers import Item, Prediction, Predictions
from services.api.app.asked import Asked
from services.api.app.scoring import Scored
from services.api.app.state import State
from services.api.app.store import records
from services.api.app.store.records import Batch, Replay
from services.common import beside, media
from services.common.problems import Problem

_IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,128}")


async def create(request: Request) -> Response:
    """Check the rows, have them scored, store the predictions, and answer."""
    parts = state.of(request)
    key = await parts.access.check(request, "predict")
    async with asked.read(request, parts) as given:
        return await _answer(request, key.id, given)


async def _answer(request: Request, key_id: str, given: Asked) -> Response:
    parts = state.of(request)
    repeat, customer = _idempotency_key(request), customers.of(request)
    digest = await beside.run(given.long, _digest, given.body)
    if repeat and (replay := await _replay(parts, key_id, repeat, digest, customer)):
        return replay
    scored = await asked.score(request, parts, given)
    table = media.prefers(request.headers.get("accept", ""), tables.MEDIA_TYPE, asked.JSON)
    kind = tables.MEDIA_TYPE if table else asked.JSON
    answer, items, content = await beside.run(given.long, _compose, scored, kind)
    keep = Replay(key_id, repeat, digest, content, kind, answer.created_at, customer) if repeat else None
    same = {
        "key_id": key_id,
        "created_at": answer.created_at,
        "customer": customer,
        "latency_ms": (time.perf_counter() - request.state.started) * 1000,
    }
    rows = await beside.run(given.long, _rows, scored, items, same)
    batch = Batch(rows, _model(parts, scored, answer.created_at), keep)
    try:
        await parts.store.add(batch)
    except IntegrityError:
        # The same request was answered meanwhile: its answer is the one that counts.
        replay = await _replay(parts, key_id, repeat or "", digest, customer)
        if replay is None:
            raise
        return replay
    metrics.ROWS.inc(len(items))
    return Response(content, 201, media_type=kind)


def _digest(body: bytes) -> bytes:
    return hashlib.sha256(body).digest()


def _compose(scored: Scored, kind: str) -> tuple[Prediction | Predictions, list[Item], bytes]:
    """Give the answer, its items, and its body of the media type `kind`."""
    answer, items = answers.compose(scored)
    content = (
        tables.write(items, scored.rows, scored.served.contract)
        if kind == tables.MEDIA_TYPE
        else msgspec.json.encode(answer)
    )
    return answer, items, content


def _rows(scored: Scored, items: list[Item], same: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the values to store of each row; `same` are those that all rows share."""
    return [
        {
            **same,
            "id": item.id,
            "model_id": scored.served.id,
            "input": row.decode(),
            **answers.columns(item),
        }
        for row, item in zip(scored.rows, items, strict=True)
    ]


def _model(parts: State, scored: Scored, now: datetime) -> dict[str, Any] | None:
    """Give the values to store of the model, unless this worker has stored them."""
    if parts.store.knows_model(scored.served.id):
        return None
    identity = msgspec.structs.asdict(scored.served.identity)
    return identity | {"id": scored.served.id, "description": scored.served.raw.decode(), "first_seen": now}


def _idempotency_key(request: Request) -> str | None:
    given = request.headers.get("idempotency-key")
    if given is not None and not _IDEMPOTENCY_KEY.fullmatch(given):
        text = "The Idempotency-Key must be 1 to 128 printable ASCII characters."
        raise Problem(400, "bad-idempotency-key", text)
    return given


async def _replay(parts: State, key_id: str, repeat: str, digest: bytes, customer: str | None) -> Response | None:
    """Give the answer that a repeated request was given before."""
    found = await parts.store.read(records.find_replay, key_id, repeat)
    if found is None:
        return None
    if (found["body_sha256"], found["customer"]) != (digest, customer):  # it is deleted by the customer it was kept for
        text = "This Idempotency-Key was used for another request; use a new one."
        raise Problem(409, "idempotency-key-reused", text)
    headers = {"idempotency-replayed": "true"}
    return Response(found["answer"], 201, headers, found["media_type"])
