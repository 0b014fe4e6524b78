"""The findings as Prometheus metrics."""

from prometheus_client import CollectorRegistry, Gauge

from services.monitor.app.classes import ClassErrors
from services.monitor.app.errors import Errors
from services.monitor.app.report import Findings


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
    text = "Share of the actuals that the interval, or the prediction set, is made to hold."
    gauge("monitor_interval_promised", text, found.promised)
    if found.errors:
        text = "Share of actuals in their interval, or prediction set."
        gauge("monitor_interval_coverage", text, found.errors.coverage.value)
    if isinstance(found.errors, Errors):
        gauge("monitor_mae", "Mean absolute error in the target's unit.", found.errors.mae.value)
    if isinstance(found.errors, ClassErrors):
        gauge("monitor_log_loss", "Mean negative logarithm of the true class's probability.", found.errors.main.value)
        gauge("monitor_auc", "Area under the ROC curve.", found.errors.auc.value if found.errors.auc else None)
        text = "Root mean square difference between a class's probability and how often it came true."
        off = Gauge("monitor_calibration_error", text, ["column"], registry=metrics)
        for probability in found.errors.calibration:
            off.labels(probability.name).set(probability.error)
    gauge("monitor_actuals_share", "Share of the actuals due that have come.", found.actuals.share)
    return metrics
