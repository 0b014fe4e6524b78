"""The findings as Prometheus metrics."""

from prometheus_client import CollectorRegistry, Gauge

from services.monitor.app.findings import Findings


def registry(found: Findings, now: float) -> CollectorRegistry:
    """Make the metrics; what was not judged has none. README.md documents them.

    Args:
        found: By the run.
        now: Unix time in seconds.
    """
    metrics = CollectorRegistry()

    def gauge(name: str, text: str, value: float | None) -> None:
        if value is not None:
            Gauge(name, text, registry=metrics).set(value)

    gauge("monitor_last_run_timestamp_seconds", "When the monitor last finished.", now)
    gauge("monitor_rows", "Predictions in the window.", found.rows)
    if found.rows:
        text = "Share of a column's values that break the contract."
        broken = Gauge("monitor_invalid_share", text, ["column"], registry=metrics)
        for column in found.quality:
            broken.labels(column.name).set(column.invalid / column.rows)
    text = "Whether the monitor raises an alert, by what it has judged and, where each has its own, by column."
    verdict = Gauge("monitor_verdict", text, ["finding", "column"], registry=metrics)
    for item in found.verdicts:
        verdict.labels(item.finding, item.column).set(item.raised)
    gauge("monitor_interval_promised", "Share of the actuals that the interval is made to hold.", found.promised)
    if found.errors:
        gauge("monitor_mae", "Mean absolute error in the target's unit.", found.errors.mae.value)
        gauge("monitor_interval_coverage", "Share of actuals in their interval.", found.errors.coverage.value)
    gauge("monitor_actuals_share", "Share of the actuals due that have come.", found.actuals.share)
    return metrics
