"""The gate's rules about a whole model: each measures one thing and holds it against its limit."""

import statistics
import time
from pathlib import Path

import pandas as pd
from pydantic import Field

from plumbline.bundle import reading
from plumbline.bundle.contract import Contract as BundleContract
from plumbline.bundle.files import MODEL, Manifest
from plumbline.judge import comparison, scoring
from plumbline.judge.finding import Finding, finding, no_champion
from plumbline.kernel.config import Strict
from plumbline.kernel.contract import Contract
from plumbline.kernel.errors import PlumblineError
from plumbline.kernel.metrics import covered, score

_REPEATS, _CALLS, _WARM_UP = 5, 40, 10


class Bounds(Strict):
    """The smallest and the largest allowed figure, inclusive."""

    minimum: float | None = None
    maximum: float | None = None


class Coverage(Strict):
    """How far the coverage of intervals or sets may be from what the bundle promises, either way."""

    tolerance: float = Field(gt=0, lt=1)


class Champion(Strict):
    """How challenger and champion are compared.

    Attributes:
        margin: By how much, relative to the champion's figure, a challenger may be worse and still be promoted, if it
            is shown to be no worse than that; by default it must not be worse at all.
    """

    compare: bool
    metric: comparison.Metric
    confidence: float = Field(gt=0, lt=1)
    resamples: int = Field(ge=100)
    seed: int
    margin: float | None = Field(default=None, gt=0)


class Budget(Strict):
    """What a bundle may cost: bytes, and milliseconds for one row."""

    size: int
    latency: float


def absolute(rows: pd.DataFrame, rules: Contract, limits: dict[str, Bounds]) -> list[Finding]:
    """Hold the metrics of scored rows but the coverage, which has a rule of its own, against fixed limits.

    Raises:
        PlumblineError: A limit is set for a metric that there is not.
    """
    metrics = {name: value for name, value in score(rows, rules).items() if name != "coverage"}
    unknown = [name for name in limits if name not in metrics]
    if unknown:
        raise PlumblineError(f"the gate limits {', '.join(unknown)}; the metrics are {', '.join(metrics)}")
    findings = []
    for name, bounds in limits.items():
        smallest, largest = bounds.minimum, bounds.maximum
        limit = " and ".join(
            f"{sign} {value:g}" for sign, value in (("≥", smallest), ("≤", largest)) if value is not None
        )
        inside = (smallest is None or metrics[name] >= smallest) and (largest is None or metrics[name] <= largest)
        findings.append(finding(name, metrics[name], limit or "none", inside))
    return findings


def coverage(rows: pd.DataFrame, rules: Contract, promised: float, limits: Coverage) -> Finding:
    """Hold the share of true values in their interval, or set, against the share that the bundle promises.

    Sets that always hold the decided class may hold more true classes than were promised, so that only too few count.
    """
    figure = float(covered(rows, rules).mean())
    if rules.task == "regression":
        inside = abs(figure - promised) <= limits.tolerance
        return finding("coverage", figure, f"{promised:g} ± {limits.tolerance:g}", inside)
    least = promised - limits.tolerance
    return finding("coverage", figure, f"≥ {least:g}", figure >= least)


def against_champion(
    rows: pd.DataFrame, champion: pd.DataFrame | None, rules: Contract, limits: Champion, promotion: bool
) -> list[Finding]:
    """Refuse a challenger that is worse with the given confidence; for a promotion, one that is worse at all.

    With a margin, a promotion asks instead for the evidence that it is worse by less than that: the upper bound of the
    interval, not the difference, is held against it.
    """
    second = "better-or-equal" if limits.margin is None else "non-inferior"
    names = ["not-worse", second] if promotion else ["not-worse"]
    challenger = comparison.losses(rows, limits.metric, rules)
    if champion is None:
        return [no_champion(name) for name in names]
    known = comparison.losses(champion, limits.metric, rules)
    found = comparison.bootstrap(challenger, known, limits.metric, limits.confidence, limits.resamples, limits.seed)
    detail = (
        f"{limits.metric} less the champion's: {found.value:+.5f},"
        f" {limits.confidence:.0%} interval {found.lower:+.5f} to {found.upper:+.5f}"
    )
    figure = float(comparison.mean(known, limits.metric))
    least = comparison.negligible(figure)
    findings = [finding("not-worse", found.lower, "lower bound ≤ 0", found.lower <= least, detail)]
    if not promotion:
        return findings
    if limits.margin is None:
        findings.append(finding(second, found.value, "difference ≤ 0", found.value <= least, detail))
    else:
        most = limits.margin * figure
        limit = f"upper bound ≤ {most:.5g} ({limits.margin:.1%} of the champion's)"
        findings.append(finding(second, found.upper, limit, found.upper <= most, detail))
    return findings


def size(bundle: Path, limits: Budget) -> Finding:
    """Hold the bytes of the bundle's files against the budget."""
    listed = reading.part(bundle, Manifest).files
    total = sum((bundle / name).stat().st_size for name in listed)
    return finding("size", total, f"≤ {limits.size:,} bytes", total <= limits.size)


def latency(bundle: Path, frame: pd.DataFrame, limits: Budget) -> Finding:
    """Hold the milliseconds that one row takes against the budget: the best of several medians.

    Neighbours on the machine only ever add time, so that the smallest median is nearest to the model's own cost.
    """
    model, asked = scoring.session(str(bundle / MODEL)), reading.part(bundle, BundleContract)
    inputs = scoring.feed(frame.iloc[[0]], asked)
    medians = []
    for _ in range(_REPEATS):
        times = []
        for _ in range(_WARM_UP + _CALLS):
            begin = time.perf_counter()
            scoring.answers(model, inputs, asked)
            times.append(time.perf_counter() - begin)
        medians.append(1000 * statistics.median(times[_WARM_UP:]))
    best = min(medians)
    return finding("latency", best, f"≤ {limits.latency:g} ms for one row", best <= limits.latency)
