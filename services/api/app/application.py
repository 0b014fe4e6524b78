"""The application: routes, and the parts that live as long as a worker."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Route

from services.api.app.middleware import Envelope, refuse
from services.api.app.predictor import Predictor
from services.api.app.routes import health, model, predictions
from services.api.app.settings import Settings
from services.api.app.state import State
from services.common.problems import Problem

ROUTES = [
    Route("/v1/predictions", predictions.create, methods=["POST"]),
    Route("/v1/model", model.describe, methods=["GET"]),
    Route("/openapi.json", model.document, methods=["GET"]),
    Route("/livez", health.livez, methods=["GET"]),
    Route("/readyz", health.readyz, methods=["GET"]),
    Route("/metrics", health.scrape, methods=["GET"]),
]


def create(settings: Settings) -> Starlette:
    """Make the application."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        predictor = Predictor(settings)
        await predictor.start()
        watcher = asyncio.create_task(predictor.watch())
        app.state.parts = State(settings, predictor)
        yield
        watcher.cancel()
        await predictor.stop()

    app = Starlette(
        routes=ROUTES,
        lifespan=lifespan,
        middleware=[Middleware(Envelope, log_requests=settings.log_requests)],
        exception_handlers={Problem: refuse, HTTPException: refuse, Exception: refuse},
    )
    app.router.redirect_slashes = False  # it would send clients to whatever host they name
    return app
