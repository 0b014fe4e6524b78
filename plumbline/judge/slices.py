"""The gate's rules about slices: many are looked at, and one that looks bad by chance must not refuse a model."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field
from scipy import stats

from plumbline.judge import comparison
from plumbline.judge.finding import Finding, finding, no_champion
from plumbline.kernel import metrics
from plumbline.kernel.config import Strict
from plumbline.kernel.contract import Contract

Vector = NDArray[np.float64]
_SHOWN = 5


class Slices(Strict):
    """Which slices are looked at, by how much they may get worse, and how sure a refusal must be.

    Attributes:
        rows: The fewest rows of a slice that is looked at.
        worse: By how much its mean error may grow, relative to the champion's.
        confidence: With which no slice is refused by chance, all of them together.
    """

    rows: int = Field(ge=1)
    worse: float = Field(ge=0)
    confidence: float = Field(default=0.95, gt=0, lt=1)


def holm(p_values: Vector) -> Vector:
    """Adjust p-values so that the chance that any true hypothesis is refused stays below the level.

    Holm and not Benjamini-Hochberg: one slice is enough to refuse a model, so that what has to be rare is any false
    alarm, not a share of them; and it holds however the slices depend on one another.

    Source: Holm (1979), "A Simple Sequentially Rejective Multiple Test Procedure", Scand. J. Statistics 6.
    """
    order = np.argsort(p_values, kind="stable")
    factors = len(p_values) - np.arange(len(p_values))
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.minimum(np.maximum.accumulate(p_values[order] * factors), 1.0)
    return adjusted


def worse(rows: pd.DataFrame, champion: pd.DataFrame | None, rules: Contract, limits: Slices) -> Finding:
    """Refuse a challenger that got much worse in a slice of enough rows, and not by chance.

    A slice is tested by the t-test of the paired differences: the challenger's loss less the allowed multiple of the
    champion's.
    """
    if champion is None:
        return no_champion("slices")
    limit = (
        f"≤ {limits.worse:+.0%} in each slice of ≥ {limits.rows} rows, refused with {limits.confidence:.0%} confidence"
    )
    metric = metrics.slice_error(rules)
    mine, theirs = (comparison.losses(each, metric, rules) for each in (rows, champion))
    found = []
    for label, chosen in _of(rows, limits.rows):
        allowed = theirs[chosen] * (1 + limits.worse) + comparison.negligible(float(theirs.mean()))
        change = float(mine[chosen].mean() / max(float(theirs[chosen].mean()), np.finfo(float).tiny) - 1)
        found.append((label, int(chosen.sum()), change, _greater(mine[chosen] - allowed)))
    return _refused("slices", limit, found, limits.confidence, "+.1%", largest=True)


def coverage(rows: pd.DataFrame, promised: float, tolerance: float, rules: Contract, limits: Slices) -> Finding:
    """Refuse a model whose intervals, or sets, hold too few true values in a slice, and not by chance.

    A slice is tested by the binomial test against the promise less the tolerance.
    """
    least = promised - tolerance
    limit = f"≥ {least:g} in each slice of ≥ {limits.rows} rows, refused with {limits.confidence:.0%} confidence"
    held = metrics.covered(rows, rules).to_numpy(dtype=float)
    found = []
    for label, chosen in _of(rows, limits.rows):
        inside, count = int(held[chosen].sum()), int(chosen.sum())
        found.append((label, count, inside / count, float(stats.binom.cdf(inside, count, least))))
    return _refused("slice-coverage", limit, found, limits.confidence, ".1%", largest=False)


def _of(rows: pd.DataFrame, least: int) -> list[tuple[str, NDArray[np.bool_]]]:
    labels = rows["slice"].astype(str).to_numpy()
    masks = [(str(label), labels == label) for label in np.unique(labels)]
    return [(label, mask) for label, mask in masks if mask.sum() >= least]


def _greater(differences: Vector) -> float:
    """Give the p-value of a mean difference that is not above zero."""
    if len(differences) < 2 or not differences.std():
        return 0.0 if differences.mean() > 0 else 1.0
    return float(stats.ttest_1samp(differences, 0.0, alternative="greater").pvalue)


def _refused(
    rule: str, limit: str, found: list[tuple[str, int, float, float]], confidence: float, form: str, largest: bool
) -> Finding:
    if not found:
        return finding(rule, None, limit, True, "no slice has enough rows")
    adjusted = holm(np.array([item[3] for item in found]))
    ordered = sorted(zip(found, adjusted, strict=True), key=lambda pair: pair[0][2], reverse=largest)
    beyond = [item for item, p in ordered if not p > 1 - confidence]
    shown = (beyond or [ordered[0][0]])[:_SHOWN]
    detail = ", ".join(f"{label} ({count} rows) {format(figure, form)}" for label, count, figure, _ in shown)
    return finding(rule, ordered[0][0][2], limit, not beyond, detail)
