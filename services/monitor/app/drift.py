"""Whether values are still distributed as in training.

A bundle holds counts by bin or label, no training rows. The test for two samples of counts is Pearson's chi-squared
test of homogeneity; missing values are one more bin, and bins that hold too little for the test are joined. With many
columns one is always unusual: the p-values are corrected by Benjamini and Hochberg's procedure. In a large sample a
tiny difference is significant: an alert needs a population stability index of some size, too, which is taken of the
same joined bins and without what chance alone adds to it.
"""

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy import stats

from plumbline.bundle import moments
from plumbline.bundle.contract import Column
from plumbline.bundle.files import Distribution

_LEAST_EXPECTED = 5.0  # Cochran (1954): below it the chi-squared distribution is a poor approximation
_ADDED = 0.5  # to each count, so that the logarithm of an empty bin exists (Haldane 1955, Anscombe 1956)

Counts = NDArray[np.float64]


class Drift(msgspec.Struct, frozen=True):
    """The comparison of one column.

    Attributes:
        p: Of the chi-squared test.
        q: `p`, corrected for the number of columns.
        psi: Population stability index, the sum of (a - b) ln(a / b) over the bins' shares a and b, less what it is
            on average where nothing has drifted: about 0 then, and a little below as often as above.
        drifted: Whether `q` is below alpha and `psi` at least the least that matters.
    """

    name: str
    p: float
    q: float
    psi: float
    drifted: bool


def plain(values: Sequence[object], column: Column) -> Sequence[object]:
    """Give a column's values as the model takes them, which is how the reference counts: a date in days."""
    return [moment(value, column.type) for value in values] if column.type in {"date", "timestamp"} else values


def moment(value: object, kind: str) -> float | None:
    """Give the number of a date or timestamp; None for what is none."""
    try:
        return moments.number(value, kind) if isinstance(value, str) else None
    except ValueError:
        return None


def count(values: Sequence[object], reference: Distribution) -> Counts:
    """Count values by the reference's bins or labels; missing and unknown ones come last."""
    if isinstance(reference.counts, dict):
        places = {label: number for number, label in enumerate(reference.counts)}
        size = len(places)
        at = [places.get(value, size) if isinstance(value, str) else size for value in values]
        return np.bincount(at, minlength=size + 1).astype(np.float64)
    size = len(reference.counts)
    numbers = np.array([value for value in values if isinstance(value, int | float)], dtype=np.float64)
    bins = np.bincount(np.searchsorted(reference.edges or [], numbers, side="right"), minlength=size)
    return np.append(bins, len(values) - len(numbers)).astype(np.float64)


def of_reference(reference: Distribution) -> Counts:
    """Give the reference's counts in the same order."""
    counts = reference.counts.values() if isinstance(reference.counts, dict) else reference.counts
    return np.array([*counts, reference.missing or 0], dtype=np.float64)


def compare(
    columns: Mapping[str, Sequence[object]],
    references: Mapping[str, Distribution],
    alpha: float,
    min_psi: float,
) -> list[Drift]:
    """Compare the columns that have a reference, as one family of tests.

    Source: Benjamini, Hochberg (1995), "Controlling the False Discovery Rate", Journal of the Royal Statistical
    Society B 57(1). If nothing has drifted, any alarm is a false discovery: about a share alpha of runs, before
    the least population stability index. benchmarks/monitor measures what remains.
    """
    pairs = {
        name: (count(columns[name], reference), of_reference(reference))
        for name, reference in references.items()
        if name in columns and reference.counts
    }
    tables = {name: _joined(np.array(pair)) for name, pair in pairs.items()}
    p = [_test(table) for table in tables.values()]
    q = stats.false_discovery_control(p, method="bh") if p else []
    found = []
    for name, raw, corrected in zip(tables, p, q, strict=True):
        psi = _psi(tables[name])
        drifted = bool(corrected < alpha and psi >= min_psi)
        found.append(Drift(name, float(raw), float(corrected), psi, drifted))
    return found


def _test(table: Counts) -> float:
    if table.shape[1] < 2:
        return 1.0
    return float(stats.chi2_contingency(table, correction=False).pvalue)


def _joined(table: Counts) -> Counts:
    """Join the rarest bins until each of them expects enough of the smaller sample."""
    table = table[:, table.sum(axis=0).argsort()]
    least = table.sum(axis=1).min() / max(table.sum(), 1.0)
    while table.shape[1] > 1 and table[:, 0].sum() * least < _LEAST_EXPECTED:
        table = np.column_stack([table[:, 0] + table[:, 1], table[:, 2:]])
        table = table[:, table.sum(axis=0).argsort()]
    return table


def _psi(table: Counts) -> float:
    """Give the population stability index without its bias.

    Source: Yurdakul, Naranjo (2020), "Statistical properties of the population stability index", Journal of Risk Model
    Validation 14(4): where nothing has drifted its mean is about (bins - 1) (1/n + 1/m), for n and m rows. With what is
    added to each count a term is n / (n + bins / 2)^2.
    """
    sizes = table.sum(axis=1)
    if not sizes.all():
        return 0.0
    added = sizes + _ADDED * table.shape[1]
    a, b = (table + _ADDED) / added[:, None]
    chance = (table.shape[1] - 1) * (sizes / added**2).sum()
    return float(((a - b) * np.log(a / b)).sum() - chance)
