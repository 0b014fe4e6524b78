"""The gate's rules: each measures one thing and holds it against its limit."""

import statistics
import time
from pathlib import Path
from typing import Literal

import pandas as pd
from pydantic import Field

from plumbline.bundle import reading
from plumbline.bundle.contract import Contract as BundleContract
from plumbline.bundle.files import MODEL, Manifest
from plumbline.judge import comparison, scoring
from plumbline.kernel.config import Strict
from plumbline.kernel.contract import Contract
from plumbline.kernel.errors import PlumblineError
from plumbline.kernel.metrics import score, slices

_REPEATS, _CALLS, _WARM_UP = 5, 40, 10


class Finding(Strict):
    """What one rule found."""

    rule: str
    figure: float | None
    limit: str
    verdict: Literal["pass", "fail"]
    detail: str = ""


class Bounds(Strict):
    """The smallest and the largest allowed figure, inclusive."""

    minimum: float | None = None
    maximum: float | None = None


class Coverage(Strict):
    """How far the interval's coverage may be from what the bundle promises, either way."""

    tolerance: float = Field(gt=0, lt=1)


class Champion(Strict):
    """How challenger and champion are compared."""

    compare: bool
    metric: comparison.Metric
    confidence: float = Field(gt=0, lt=1)
    resamples: int = Field(ge=100)
    seed: int


class Slices(Strict):
    """Which slices are looked at, and by how much they may get worse."""

    rows: int = Field(ge=1)
    worse: float = Field(ge=0)


class Budget(Strict):
    """What a bundle may cost: bytes, and milliseconds for one row."""

    size: int
    latency: float


class Leakage(Strict):
    """How many rows training and evaluation may share."""

    rows: int = Field(ge=0)


def absolute(rows: pd.DataFrame, limits: dict[str, Bounds]) -> list[Finding]:
    """Hold the metrics of scored rows but the coverage, which has a rule of its own, against fixed limits.

    Raises:
        PlumblineError: A limit is set for a metric that there is not.
    """
    metrics = {name: value for name, value in score(rows).items() if name != "coverage"}
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
        findings.append(_finding(name, metrics[name], limit or "none", inside))
    return findings


def coverage(rows: pd.DataFrame, promised: float, limits: Coverage) -> Finding:
    """Hold the share of true values in their interval against the share that the bundle promises."""
    figure = score(rows)["coverage"]
    inside = abs(figure - promised) <= limits.tolerance
    return _finding("coverage", figure, f"{promised:g} ± {limits.tolerance:g}", inside)


def against_champion(
    rows: pd.DataFrame, champion: pd.DataFrame | None, limits: Champion, promotion: bool
) -> list[Finding]:
    """Refuse a challenger that is worse with the given confidence; for a promotion, one that is worse at all."""
    names = ["not-worse", "better-or-equal"] if promotion else ["not-worse"]
    if champion is None:
        return [_no_champion(name) for name in names]
    challenger = comparison.losses(rows, limits.metric)
    known = comparison.losses(champion, limits.metric)
    found = comparison.bootstrap(challenger, known, limits.metric, limits.confidence, limits.resamples, limits.seed)
    detail = (
        f"{limits.metric} less the champion's: {found.value:+.5f},"
        f" {limits.confidence:.0%} interval {found.lower:+.5f} to {found.upper:+.5f}"
    )
    findings = [_finding("not-worse", found.lower, "lower bound ≤ 0", found.lower <= 0, detail)]
    if promotion:
        findings.append(_finding("better-or-equal", found.value, "difference ≤ 0", found.value <= 0, detail))
    return findings


def by_slice(rows: pd.DataFrame, champion: pd.DataFrame | None, limits: Slices) -> Finding:
    """Refuse a challenger that got much worse in a slice of enough rows."""
    if champion is None:
        return _no_champion("slices")
    table = comparison.by_slice(slices(rows), slices(champion), limits.rows)
    limit = f"≤ {limits.worse:+.0%} in each slice of ≥ {limits.rows} rows"
    if table.empty:
        return _finding("slices", None, limit, True, "no slice has enough rows")
    beyond = table[~(table["change"] <= limits.worse)]
    shown = (beyond if len(beyond) else table.head(1)).itertuples()
    detail = ", ".join(f"{row.slice} ({row.rows} rows) {row.change:+.1%}" for row in shown)
    return _finding("slices", float(table["change"].iloc[0]), limit, beyond.empty, detail)


def size(bundle: Path, limits: Budget) -> Finding:
    """Hold the bytes of the bundle's files against the budget."""
    listed = reading.part(bundle, Manifest).files
    total = sum((bundle / name).stat().st_size for name in listed)
    return _finding("size", total, f"≤ {limits.size:,} bytes", total <= limits.size)


def latency(bundle: Path, frame: pd.DataFrame, limits: Budget) -> Finding:
    """Hold the milliseconds that one row takes against the budget: the best of several medians.

    Neighbours on the machine only ever add time, so that the smallest median is nearest to the model's own cost.
    """
    model = scoring.session(str(bundle / MODEL))
    asked = reading.part(bundle, BundleContract)
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
    return _finding("latency", best, f"≤ {limits.latency:g} ms for one row", best <= limits.latency)


def leakage(training: pd.DataFrame, evaluation: pd.DataFrame, rules: Contract, limits: Leakage) -> Finding:
    """Count the evaluation rows that training has seen: the same identifier, or the same content under another."""
    content = [*rules.columns, rules.target.name]
    same_identifier = evaluation[rules.identifier].isin(training[rules.identifier])
    seen = set(pd.util.hash_pandas_object(training[content], index=False))
    same_content = pd.util.hash_pandas_object(evaluation[content], index=False).isin(seen)
    leaked = evaluation.loc[same_identifier | same_content, rules.identifier]
    shown = ", ".join(str(item) for item in leaked.head(5)) + (", …" if len(leaked) > 5 else "")
    detail = f"{rules.identifier} {shown}" if len(leaked) else ""
    return _finding("leakage", len(leaked), f"≤ {limits.rows} rows", len(leaked) <= limits.rows, detail)


def _no_champion(rule: str) -> Finding:
    return _finding(rule, None, "none", True, "no champion")


def _finding(rule: str, figure: float | None, limit: str, passed: bool, detail: str = "") -> Finding:
    return Finding(rule=rule, figure=figure, limit=limit, verdict="pass" if passed else "fail", detail=detail)
