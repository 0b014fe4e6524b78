"""Around every endpoint: the request's identity, problems, security headers, metrics and logs."""

import time
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.api.app import metrics, responses
from services.common import logs, tracing
from services.common.problems import Problem
from services.common.telemetry import Telemetry

SECURITY_HEADERS = {
    "content-security-policy": "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


class Envelope:
    """ASGI middleware; plain, because a request should cost little.

    It catches what endpoints raise: Starlette's own handler of exceptions lies outside of all middleware.
    """

    def __init__(self, app: ASGIApp, log_requests: bool, telemetry: Telemetry) -> None:
        self._app = app
        self._telemetry = telemetry
        self._log_requests = log_requests

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun, started = time.time_ns(), time.perf_counter()
        given = Headers(scope=scope)
        trace = tracing.of(given.get("x-request-id"), given.get("traceparent"), self._telemetry.on)
        scope.setdefault("state", {}).update(trace=trace, started=started)
        status = 0  # until an answer begins

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["x-request-id"] = trace.request_id
                headers.setdefault("cache-control", "no-store")
                for name, value in SECURITY_HEADERS.items():
                    headers[name] = value
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except Exception as error:
            logs.get().error("request_failed", exc_info=error, **trace.fields())
            if not status:
                failed = Problem(500, "internal", "The service failed; its log says why.")
                await responses.problem(failed, trace.request_id)(scope, receive, send_with_headers)
            status = 500
        seconds = time.perf_counter() - started
        # Paths hold identifiers; the route's template does not.
        route = getattr(scope.get("route"), "path", "other")
        metrics.observe(route, status, seconds)
        method = tracing.method(scope["method"])
        self._telemetry.record(trace, method, route, status, begun, seconds)
        if self._log_requests or status >= 400:
            logs.get().info(
                "request",
                method=method,
                route=route,
                status=status,
                milliseconds=round(seconds * 1000, 3),
                **trace.fields(),
            )


async def refuse(request: Request, error: Exception) -> Response:
    """Turn an endpoint's or the router's refusal into problem details."""
    if isinstance(error, HTTPException):  # the router's own: 404 and 405
        error = _routing_problem(error)
    if not isinstance(error, Problem):
        raise error
    return responses.problem(error, request.state.trace.request_id)


def _routing_problem(error: HTTPException) -> Problem:
    headers: Any = error.headers
    if error.status_code == 404:
        return Problem(404, "not-found", "There is nothing at this path; see /openapi.json.")
    allowed = (headers or {}).get("Allow", "another")
    return Problem(error.status_code, "method-not-allowed", f"The method must be {allowed}.", (), headers)
