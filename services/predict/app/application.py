"""The application: routes, limits, problem details, metrics and logs around the endpoints."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

from services.common import logs, problems, tracing
from services.common.budget import Budget
from services.common.problems import Problem, unavailable
from services.common.telemetry import Telemetry
from services.predict.app import metrics
from services.predict.app.deadlines import Deadlines
from services.predict.app.exchange import Request, Response
from services.predict.app.routes import explain, health, inference, model, predict
from services.predict.app.settings import Settings
from services.predict.app.variants import Variants

Handler = Callable[[Request, Variants], Awaitable[Response]]
ROUTES: dict[str, dict[str, Handler]] = {
    "/v1/predict": {"POST": predict.predict},
    "/v1/explain": {"POST": explain.explain},
    "/v1/model": {"GET": model.describe},
    "/openapi.json": {"GET": model.document},
    "/livez": {"GET": health.livez},
    "/readyz": {"GET": health.readyz},
    "/metrics": {"GET": health.scrape},
    "/v2": {"GET": inference.server},
    "/v2/health/live": {"GET": health.livez},
    "/v2/health/ready": {"GET": health.readyz},
    "/v2/models/{model}": {"GET": inference.metadata},
    "/v2/models/{model}/ready": {"GET": inference.ready},
    "/v2/models/{model}/infer": {"POST": inference.infer},
}
_OTHER = "other"


class Application:
    """An RSGI application.

    Source: RSGI 1.6, https://github.com/emmett-framework/granian/blob/master/docs/spec/RSGI.md.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._variants = Variants(settings)
        self._telemetry = Telemetry("predict", settings.otlp_endpoint)
        self._in_flight = 0
        self._bodies = Budget(settings.max_bodies_bytes)
        self._deadlines = Deadlines(settings.body_seconds)
        self._watchers: list[asyncio.Task[None]] = []

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin to load the models as soon as the worker's loop runs."""
        watches = (self._variants.watch(), self._deadlines.watch())
        self._watchers = [loop.create_task(watch) for watch in watches]

    def __rsgi_del__(self, _: asyncio.AbstractEventLoop) -> None:
        """Stop watching when the worker ends."""
        for watcher in self._watchers:
            watcher.cancel()
        self._telemetry.stop()

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        """Answer one request."""
        begun, started = time.time_ns(), time.perf_counter()
        account = self._bodies.account()
        request = Request(scope, protocol, self._settings, self._deadlines, account)
        route = scope.path if scope.path in ROUTES else inference.template(scope.path)
        if route not in ROUTES:
            route = _OTHER
        self._in_flight += 1
        try:
            response = await self._respond(request, route)
        except Problem as problem:
            response = self._refuse(request, route, problem)
        except Exception:
            logs.get().exception("request_failed", route=route, **request.trace().fields())
            response = self._refuse(request, route, Problem(500, "internal", "The service failed; its log says why."))
        finally:
            self._in_flight -= 1
            account.close()
        headers = [("content-type", response.media_type), *response.headers]
        if request.header("x-request-id"):
            headers.append(("x-request-id", request.trace().request_id))
        protocol.response_bytes(response.status, headers, response.body)
        seconds = time.perf_counter() - started
        metrics.observe(route, response.status, seconds)
        if self._telemetry.on:
            method = tracing.method(scope.method)
            self._telemetry.record(request.trace(), method, route, response.status, begun, seconds)
        if self._settings.log_requests:
            self._log(request, route, response.status, seconds)

    async def _respond(self, request: Request, route: str) -> Response:
        if route == _OTHER:
            raise Problem(404, "not-found", "There is nothing at this path; see /openapi.json.")
        method = request.scope.method
        handler = ROUTES[route].get("GET" if method == "HEAD" else method)
        if handler is None:
            allowed = ", ".join(ROUTES[route])
            text = f"The method must be {allowed}."
            raise Problem(405, "method-not-allowed", text, headers={"allow": allowed})
        if self._in_flight > self._settings.max_in_flight and method == "POST":
            raise unavailable("overloaded", "Too many requests are waiting.", retry_after=1)
        return await handler(request, self._variants)

    def _refuse(self, request: Request, route: str, problem: Problem) -> Response:
        trace = request.trace()
        if not self._settings.log_requests:
            logs.get().info(
                "request_refused",
                route=route,
                status=problem.status,
                problem=problem.kind,
                **trace.fields(),
            )
        return Response(
            problem.body(trace.request_id),
            problem.status,
            problems.MEDIA_TYPE,
            tuple(problem.headers.items()),
        )

    def _log(self, request: Request, route: str, status: int, seconds: float) -> None:
        logs.get().info(
            "request",
            method=tracing.method(request.scope.method),
            route=route,
            status=status,
            milliseconds=round(seconds * 1000, 3),
            **request.trace().fields(),
        )
