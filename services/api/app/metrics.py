"""What the api service counts."""

from prometheus_client import Counter, Histogram

REQUESTS = Counter("api_requests_total", "Requests by route and status.", ["route", "status"])
SECONDS = Histogram(
    "api_request_duration_seconds",
    "Time from a request's head to its answer.",
    ["route"],
    buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
ROWS = Counter("api_rows_total", "Rows answered with a prediction.")
SHED = Counter("api_requests_shed_total", "Requests that found all places taken, by kind of place.", ["kind"])
_children: dict[tuple[str, int], tuple[Counter, Histogram]] = {}


def observe(route: str, status: int, seconds: float) -> None:
    """Count a request."""
    children = _children.get((route, status))
    if children is None:
        children = REQUESTS.labels(route, str(status)), SECONDS.labels(route)
        _children[route, status] = children
    children[0].inc()
    children[1].observe(seconds)
