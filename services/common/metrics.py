"""Prometheus metrics that add up over the workers of a service."""

import os
import tempfile
from pathlib import Path

# The client decides at its import whether its values live in files that processes share.
_SHARED = "PROMETHEUS_MULTIPROC_DIR"


def share(workers: int) -> None:
    """Let `workers` processes share their metrics; call it before anything imports the client."""
    if workers > 1 and _SHARED not in os.environ:
        os.environ[_SHARED] = tempfile.mkdtemp(prefix="metrics-")


def render() -> tuple[bytes, str]:
    """Give the metrics of all workers in Prometheus' text format, and its media type."""
    import prometheus_client as client

    registry = client.REGISTRY
    if _SHARED in os.environ:
        from prometheus_client import multiprocess

        registry = client.CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return client.generate_latest(registry), client.CONTENT_TYPE_LATEST


def forget_dead() -> None:
    """Remove the live gauges of workers that are gone."""
    from prometheus_client import multiprocess

    for file in Path(os.environ.get(_SHARED, "")).glob("gauge_live*_*.db"):
        pid = int(file.stem.rsplit("_", 1)[1])
        if not Path(f"/proc/{pid}").exists():
            multiprocess.mark_process_dead(pid)  # type: ignore[no-untyped-call]
