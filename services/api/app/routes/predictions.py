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

from services.api.app import answers, bodies, customers, metrics, scoring, state, tables
from services.api.app.answers import Item
from services.api.app.scoring import Scored
from services.api.app.state import State
from services.api.app.store import records
from services.api.app.store.records import Batch, Replay
from services.common.problems import Problem

_JSON = "application/json"
_IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,128}")


async def create(request: Request) -> Response:
    """Check the rows, have them scored, store the predictions, and answer."""
    begin = time.monotonic()
    parts = state.of(request)
    key = await parts.access.check(request, "predict")
    repeat, customer = _idempotency_key(request), customers.of(request)
    body, media_type = await bodies.read(request, parts.settings, (_JSON, tables.MEDIA_TYPE))
    digest = hashlib.sha256(body).digest()
    if repeat and (replay := await _replay(parts, key.id, repeat, digest)):
        return replay
    if media_type == tables.MEDIA_TYPE:
        served = await parts.predictor.model()
        rows = tables.read(body, served.contract, parts.settings.max_rows)
        body = scoring.document(rows)
    scored = await scoring.score(parts.predictor, body, request.state.trace.traceparent)
    answer = answers.compose(scored)
    if tables.MEDIA_TYPE in request.headers.get("accept", ""):
        content, kind = tables.write(answer, scored.rows), tables.MEDIA_TYPE
    else:
        content, kind = msgspec.json.encode(answer), _JSON
    keep = Replay(key.id, repeat, digest, content, kind, answer.created_at, customer) if repeat else None
    items = answers.items_of(answer)
    same = {
        "key_id": key.id,
        "created_at": answer.created_at,
        "customer": customer,
        "latency_ms": (time.monotonic() - begin) * 1000,
    }
    batch = Batch(_rows(scored, items, same), _model(parts, scored, answer.created_at), keep)
    try:
        await parts.store.add(batch)
    except IntegrityError:
        # The same request was answered meanwhile: its answer is the one that counts.
        replay = await _replay(parts, key.id, repeat or "", digest)
        if replay is None:
            raise
        return replay
    metrics.ROWS.inc(len(items))
    return Response(content, 201, media_type=kind)


def _rows(scored: Scored, items: list[Item], same: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the values to store of each row; `same` are those that all rows share."""
    return [
        {
            **same,
            "id": item.id,
            "model_id": scored.served.id,
            "input": row.decode(),
            "prediction": item.prediction,
            "lower": item.interval.lower,
            "upper": item.interval.upper,
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


async def _replay(parts: State, key_id: str, repeat: str, digest: bytes) -> Response | None:
    """Give the answer that a repeated request was given before."""
    found = await parts.store.read(records.find_replay, key_id, repeat)
    if found is None:
        return None
    if found["body_sha256"] != digest:
        text = "This Idempotency-Key was used for another request; use a new one."
        raise Problem(409, "idempotency-key-reused", text)
    headers = {"idempotency-replayed": "true"}
    return Response(found["answer"], 201, headers, found["media_type"])
