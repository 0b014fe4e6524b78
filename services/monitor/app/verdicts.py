"""Which findings are alerts."""

from collections.abc import Iterator, Mapping

from services.monitor.app.classes import ClassErrors
from services.monitor.app.report import Finding, Findings, Verdict
from services.monitor.app.settings import Settings

# Name of the judged error, in words and among the evaluation's metrics.
_ERRORS = {True: ("the mean absolute error", "mae"), False: ("the log loss", "log_loss")}


def of(found: Findings, settings: Settings, metrics: Mapping[str, float]) -> Iterator[Verdict]:
    """Judge what was measured.

    Args:
        found: By the run.
        settings: The limits.
        metrics: Of the bundle's evaluation; without the judged error it is not judged.
    """
    yield from _of_inputs(found, settings)
    for score in found.score_drift:
        text = f"the probability of {score.name} has drifted: PSI {score.psi:.2f}, q {score.q:.1g}"
        yield _verdict("drift-of-scores", score.drifted, text, score.name)
    if found.target_drift:
        text = f"{found.target} has drifted: PSI {found.target_drift.psi:.2f}"
        yield _verdict("drift-of-target", found.target_drift.drifted, text)
    name, metric = _ERRORS[found.task == "regression"]
    evaluated = metrics.get(metric)
    if found.errors and evaluated:
        measured = found.errors.main
        text = f"{name} is {measured.value:,.4g}; in the evaluation it was {evaluated:,.4g}"
        yield _verdict("error", measured.low > settings.max_error_ratio * evaluated, text)
    yield from _of_promises(found, settings)
    if found.actuals.share is not None and found.actuals.due >= settings.min_rows:
        text = f"{found.actuals.share:.0%} of the actuals that are due have come"
        yield _verdict("actuals", found.actuals.share < settings.min_actuals_share, text)


def _of_inputs(found: Findings, settings: Settings) -> Iterator[Verdict]:
    if found.rows >= settings.min_rows:
        for item in found.quality:
            text = f"{item.invalid} of {item.rows} values of {item.name} break the contract"
            yield _verdict("quality", item.invalid / item.rows > settings.max_invalid, text, item.name)
    for feature in found.drift:
        text = f"{feature.name} has drifted: PSI {feature.psi:.2f}, q {feature.q:.1g}"
        yield _verdict("drift", feature.drifted, text, feature.name)


def _of_promises(found: Findings, settings: Settings) -> Iterator[Verdict]:
    if not found.errors:
        return
    share, tolerance = found.errors.coverage, settings.coverage_tolerance
    few, many = share.high < found.promised - tolerance, share.low > found.promised + tolerance
    if not isinstance(found.errors, ClassErrors):
        text = f"{share.value:.0%} of the actuals lie in their interval; it promises {found.promised:.0%}"
        yield _verdict("coverage", few or many, text)
        return
    # The decided class is always in the set, which therefore holds more than it promises where the model is good.
    text = f"{share.value:.0%} of the actuals lie in their set; it promises {found.promised:.0%}"
    yield _verdict("coverage", few, text)
    for item in found.errors.calibration:
        off = item.q < settings.alpha and item.error >= settings.min_calibration_error
        text = f"the probability of {item.name} is off by {item.error:.2f}: {item.predicted:.0%} on average"
        text += f", and it came true in {item.happened:.0%}"
        yield _verdict("calibration", off, text, item.name)


def _verdict(finding: Finding, raised: bool, text: str, column: str = "") -> Verdict:
    return Verdict(finding, column, raised, text if raised else "")
