"""How far the probabilities of classes are from what came true."""

import math
from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special, stats

from plumbline.bundle.contract import Contract
from services.monitor.app.errors import CONFIDENCE, Estimate, estimate, share
from services.monitor.app.store import Row

_LEAST = np.finfo(float).eps  # a probability of 0 has no logarithm
_BINS = 10  # of the calibration error, each with as many rows as the others

Vector = NDArray[np.float64]


class Calibration(msgspec.Struct, frozen=True):
    """Whether the probability of one class holds what it says.

    Attributes:
        name: Of the class.
        predicted: Mean of its probability.
        happened: Share of the rows that it came true in.
        error: Root mean square of the difference between the two in bins of the probability, without its bias.
        p: Of Cox's test of recalibration.
        q: `p`, corrected for the number of classes.
    """

    name: str
    predicted: float
    happened: float
    error: float
    p: float
    q: float


class ClassErrors(msgspec.Struct, frozen=True):
    """Errors of predictions whose true class is known.

    Attributes:
        log_loss: Mean negative logarithm of the true class's probability.
        brier: Mean squared error of the probabilities; of two classes that of one, of more the sum over all.
        accuracy: Share of the rows whose decided class is the true one.
        auc: Area under the ROC curve of the positive class of two, of more the mean over the classes, each against the
            others; None where only one class came true.
        coverage: Share of the true classes in their prediction set.
        set_size: Mean number of classes in a set.
        calibration: Of the positive class of two, of each of more.
    """

    rows: int
    log_loss: Estimate
    brier: Estimate
    accuracy: Estimate
    auc: Estimate | None
    coverage: Estimate
    set_size: float
    calibration: list[Calibration]

    @property
    def main(self) -> Estimate:
        """The error that is judged."""
        return self.log_loss


def judged(contract: Contract) -> list[str]:
    """Name the classes whose probability is looked at: of two the positive one, for the other one mirrors it."""
    return [contract.target.positive] if contract.task == "binary" else list(contract.target.categories)


def measure(rows: Sequence[Row], contract: Contract) -> ClassErrors:
    """Measure rows that all have an actual; at least two rows."""
    classes = contract.target.categories
    names = judged(contract)
    probabilities = np.array([[row.probabilities.get(name, 0.0) for name in classes] for row in rows])
    happened = np.array([[float(row.actual == name) for name in classes] for row in rows])
    places = [classes.index(name) for name in names]
    squares = ((probabilities - happened) ** 2).sum(axis=1)
    tests = [recalibration(probabilities[:, place], happened[:, place]) for place in places]
    corrected = stats.false_discovery_control(tests, method="bh").tolist()
    return ClassErrors(
        rows=len(rows),
        log_loss=estimate(-np.log(np.maximum((probabilities * happened).sum(axis=1), _LEAST))),
        brier=estimate(squares / 2 if len(classes) == 2 else squares),
        accuracy=share(sum(row.prediction == row.actual for row in rows), len(rows)),
        auc=_mean_auc([auc(probabilities[:, place], happened[:, place]) for place in places]),
        coverage=share(sum(row.actual in row.prediction_set for row in rows), len(rows)),
        set_size=float(np.mean([len(row.prediction_set) for row in rows])),
        calibration=[
            Calibration(
                name,
                float(probabilities[:, place].mean()),
                float(happened[:, place].mean()),
                calibration_error(probabilities[:, place], happened[:, place]),
                p,
                q,
            )
            for name, place, p, q in zip(names, places, tests, corrected, strict=True)
        ],
    )


def recalibration(probability: Vector, happened: Vector) -> float:
    """Give the p-value that the probabilities are calibrated.

    Source: Cox (1958), "Two further applications of a model for binary regression", Biometrika 45(3/4): a logistic
    regression on the log odds of the probabilities has the intercept 0 and the slope 1; by the likelihood ratio.
    """
    clipped = np.clip(probability, _LEAST, 1 - _LEAST)
    odds = np.log(clipped) - np.log1p(-clipped)

    def loss(line: Vector) -> float:
        score = line[0] + line[1] * odds
        return float((np.logaddexp(0, score) - happened * score).sum())

    def slope(line: Vector) -> Vector:
        off = special.expit(line[0] + line[1] * odds) - happened
        return np.array([off.sum(), (off * odds).sum()])

    said = np.array([0.0, 1.0])
    best = optimize.minimize(loss, said, jac=slope, method="BFGS")
    return float(stats.chi2.sf(2 * max(loss(said) - float(best.fun), 0.0), df=2))


def calibration_error(probability: Vector, happened: Vector) -> float:
    """Give the root mean square calibration error.

    Source: Kumar, Liang, Ma (2019), "Verified Uncertainty Calibration", NeurIPS 32: bins of equal frequency, and from
    each bin's squared difference the variance of its share, which is not the model's.
    """
    parts = np.array_split(np.argsort(probability, kind="stable"), min(_BINS, len(probability) // 2))
    total = 0.0
    for part in parts:
        observed = happened[part].mean()
        variance = observed * (1 - observed) / (len(part) - 1)
        total += len(part) * ((probability[part].mean() - observed) ** 2 - variance)
    return float(math.sqrt(max(total / len(probability), 0.0)))


def auc(probability: Vector, happened: Vector) -> tuple[float, float] | None:
    """Give the area under the ROC curve and its standard error; None where all rows are of one kind.

    Source: Hanley, McNeil (1982), "The meaning and use of the area under a receiver operating characteristic (ROC)
    curve", Radiology 143(1).
    """
    positive = int(happened.sum())
    negative = len(happened) - positive
    if not positive or not negative:
        return None
    ranks = stats.rankdata(probability)[happened == 1].sum()
    area = (ranks - positive * (positive + 1) / 2) / (positive * negative)
    first, second = area / (2 - area), 2 * area**2 / (1 + area)
    spread = (positive - 1) * (first - area**2) + (negative - 1) * (second - area**2)
    return float(area), math.sqrt(max(area * (1 - area) + spread, 0.0) / (positive * negative))


def _mean_auc(found: Sequence[tuple[float, float] | None]) -> Estimate | None:
    """Average over the classes; the standard error of a mean is at most the mean of the standard errors."""
    known = [item for item in found if item is not None]
    if not known:
        return None
    area, error = (float(part) for part in np.mean(known, axis=0))
    reach = float(stats.norm.ppf((1 + CONFIDENCE) / 2)) * error
    return Estimate(area, max(area - reach, 0.0), min(area + reach, 1.0))
