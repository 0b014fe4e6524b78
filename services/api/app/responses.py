"""Answers as JSON, and problems as problem details."""

from typing import Any

import msgspec
from starlette.responses import Response

from services.common import problems
from services.common.problems import Problem


def json(content: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Answer with `content` as JSON."""
    return Response(msgspec.json.encode(content), status, headers, "application/json")


def problem(refusal: Problem, request_id: str) -> Response:
    """Answer with a problem."""
    body = refusal.body(request_id)
    return Response(body, refusal.status, refusal.headers, problems.MEDIA_TYPE)
