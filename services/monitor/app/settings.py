"""The settings of the monitor: environment variables that start with MONITOR_."""

import msgspec

PREFIX = "MONITOR_"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """See README.md for what each one is for.

    Attributes:
        bundle_uri: Folder of the bundle whose predictions are looked at.
        bundle_sha256: sha256 of its manifest.json.
        store_url: Database of the api service.
        reports: Folder that each run adds a report to.
        metrics_file: File for node_exporter's textfile collector; empty for none but the report's.
        pushgateway_url: Prometheus Pushgateway; empty for none.
        namespace: Kubernetes namespace that pushed metrics are grouped by; empty outside of a cluster.
        window_days: How far back a run looks.
        grace_days: How long an actual may take before it counts as missing.
        min_rows: Fewest predictions that are tested for drift.
        min_actuals: Fewest actuals from which error and coverage are judged.
        alpha: Level of the drift tests, corrected for the number of features.
        min_psi: Least population stability index that is worth an alert.
        max_invalid: Share of values of a column that may break the contract.
        max_error_ratio: How many times the evaluation's error the rolling error may be.
        coverage_tolerance: How far the interval's coverage may be from what it promises, and below it a set's.
        min_calibration_error: Least error of a class's probability that is worth an alert.
        min_actuals_share: Share of predictions whose actual must have come after the grace.
        exit_on_alert: Whether an open alert makes the exit status 3; otherwise metrics and report say it alone.
    """

    bundle_uri: str
    bundle_sha256: str
    store_url: str = "sqlite:///.plumbline/predictions.db"
    reports: str = "reports/monitor"
    metrics_file: str = ""
    pushgateway_url: str = ""
    namespace: str = ""
    window_days: float = 30.0
    grace_days: float = 30.0
    min_rows: int = 100
    min_actuals: int = 50
    alpha: float = 0.01
    min_psi: float = 0.1
    max_invalid: float = 0.01
    max_error_ratio: float = 1.25
    coverage_tolerance: float = 0.05
    min_calibration_error: float = 0.05
    min_actuals_share: float = 0.2
    exit_on_alert: bool = True
    log_level: str = "info"

    def __post_init__(self) -> None:
        """Refuse settings that no run can work with."""
        if self.window_days <= 0 or self.grace_days < 0:
            raise ValueError("MONITOR_WINDOW_DAYS must be above 0 and MONITOR_GRACE_DAYS at least 0")
        if not 0 < self.alpha < 1:
            raise ValueError("MONITOR_ALPHA must lie between 0 and 1")
        if self.min_rows < 20 or self.min_actuals < 20:
            raise ValueError("MONITOR_MIN_ROWS and MONITOR_MIN_ACTUALS must be at least 20")
        if not 0 <= self.min_actuals_share <= 1:
            raise ValueError("MONITOR_MIN_ACTUALS_SHARE must lie between 0 and 1; 0 for no alert")
        if self.log_level not in {"debug", "info", "warning", "error"}:
            raise ValueError("MONITOR_LOG_LEVEL must be debug, info, warning or error")
