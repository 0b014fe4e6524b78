"""What the predict service counts."""

import datetime

from prometheus_client import Counter, Gauge, Histogram

from services.common.answers import Identity

REQUESTS = Counter("predict_requests_total", "Requests by route and status.", ["route", "status"])
SECONDS = Histogram(
    "predict_request_duration_seconds",
    "Time from a request's head to its answer.",
    ["route"],
    buckets=(0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5),
)
ROWS = Counter("predict_rows_total", "Rows scored.")
UNKNOWN = Counter("predict_unknown_labels_total", "Labels of open categories that training did not know.", ["column"])
LOAD_FAILURES = Counter("predict_bundle_load_failures_total", "Bundles that were refused.", ["variant"])
MODEL = Gauge(
    "predict_model_info",
    "1 for each model that is served.",
    ["variant", "model", "version", "bundle_sha256"],
    multiprocess_mode="livemax",
)
RELEASED = Gauge(
    "predict_model_released_timestamp_seconds",
    "When the served model was released; 0 for one that nobody registered.",
    ["variant"],
    multiprocess_mode="livemax",
)
_models: dict[str, tuple[str, ...]] = {}


def set_model(variant: str, identity: Identity, released_at: datetime.datetime | None) -> None:
    """Show which model serves a variant, and when it was released."""
    forget_model(variant)
    labels = (variant, identity.name, identity.version or "", identity.bundle_sha256)
    MODEL.labels(*labels).set(1)
    RELEASED.labels(variant).set(released_at.timestamp() if released_at else 0)
    _models[variant] = labels


def forget_model(variant: str) -> None:
    """Stop showing a variant."""
    labels = _models.pop(variant, None)
    if labels:
        MODEL.labels(*labels).set(0)
        RELEASED.labels(variant).set(0)


def observe(route: str, status: int, seconds: float) -> None:
    """Count a request."""
    children = _children.get((route, status))
    if children is None:
        children = REQUESTS.labels(route, str(status)), SECONDS.labels(route)
        _children[route, status] = children
    children[0].inc()
    children[1].observe(seconds)


_children: dict[tuple[str, int], tuple[Counter, Histogram]] = {}
