"""The application: routes, and the parts that live as long as a worker."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Route

from services.api.app.access import Access
from services.api.app.admission import Admission
from services.api.app.middleware import Envelope, refuse
from services.api.app.predictor import Predictor
from services.api.app.routes import customers, health, history, model, page, predictions, whatif
from services.api.app.settings import Settings
from services.api.app.state import State
from services.api.app.store.store import Store
from services.common.budget import Budget
from services.common.problems import Problem
from services.common.telemetry import Telemetry

ROUTES = [
    Route("/", page.index, methods=["GET"]),
    Route("/page/{name}", page.file, methods=["GET"]),
    Route("/v1/predictions", predictions.create, methods=["POST"]),
    Route("/v1/predictions", history.page, methods=["GET"]),
    Route("/v1/predictions/{id}", history.one, methods=["GET"]),
    Route("/v1/predictions/{id}/actual", history.record_actual, methods=["POST"]),
    Route("/v1/predictions/{id}/explanation", history.explanation, methods=["GET"]),
    Route("/v1/what-if", whatif.create, methods=["POST"]),
    Route("/v1/customers/{reference}", customers.forget, methods=["DELETE"]),
    Route("/v1/model", model.describe, methods=["GET"]),
    Route("/openapi.json", model.document, methods=["GET"]),
    Route("/livez", health.livez, methods=["GET"]),
    Route("/readyz", health.readyz, methods=["GET"]),
    Route("/metrics", health.scrape, methods=["GET"]),
]


def create(settings: Settings) -> Starlette:
    """Make the application."""
    telemetry = Telemetry("api", settings.otlp_endpoint)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        predictor = Predictor(settings)
        await predictor.start()
        watcher = asyncio.create_task(predictor.watch())
        store = Store(settings.store_url, settings.store_seconds)
        await store.start()
        app.state.parts = State(
            settings,
            predictor,
            store,
            Access(settings, store),
            Admission(settings.max_in_flight, settings.max_batches),
            Budget(settings.max_bodies_bytes),
        )
        yield
        watcher.cancel()
        await predictor.stop()
        await store.stop()
        telemetry.stop()

    middleware = [Middleware(Envelope, log_requests=settings.log_requests, telemetry=telemetry)]
    if settings.cors_origins:
        cors = Middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins.split(),
            allow_methods=["GET", "POST"],
            allow_headers=["authorization", "content-type", "idempotency-key", "customer-reference"],
        )
        middleware.append(cors)
    app = Starlette(
        routes=ROUTES,
        lifespan=lifespan,
        middleware=middleware,
        exception_handlers={Problem: refuse, HTTPException: refuse},
    )
    app.router.redirect_slashes = False  # it would send clients to whatever host they name
    return app
