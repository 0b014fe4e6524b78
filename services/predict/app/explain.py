"""Which fields moved a prediction, and by how much."""

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from services.common.answers import Explanation
from services.predict.app.outcomes import Outcome, Scale
from services.predict.app.scorer import Scorer

PERMUTATIONS = 32


def explain(scorer: Scorer, outcome: Outcome, row: Any, background: Sequence[Any]) -> Explanation:
    """Estimate the Shapley values of a row's fields.

    Along a random order of the fields, those of a background row are replaced one by one by the
    row's own; the change in the prediction is credited to the field. Each order is walked in both
    directions, which cancels much of the sampling error. The orders are the same for each row.

    Source: Štrumbelj and Kononenko, Explaining prediction models and individual predictions with
    feature contributions, KAIS 41, 2014; antithetic orders: Mitchell, Cooper, Frank and Holmes,
    Sampling permutations for Shapley value estimation, JMLR 23, 2022.

    Args:
        scorer: Scores rows of the type of `row`.
        outcome: Says what the sum is: the prediction, or the log odds of a class.
        row: What is explained.
        background: What it is compared with; the golden rows, which are a sample of the data.
    """
    kind = type(row)
    own = msgspec.structs.astuple(row)
    width = len(own)
    random = np.random.default_rng(0)
    orders = [random.permutation(width) for _ in range(PERMUTATIONS)]
    walks: list[Any] = []
    for number, order in enumerate(orders):
        start = msgspec.structs.astuple(background[number % len(background)])
        for direction in (order, order[::-1]):
            mixed = list(start)
            walks.append(kind(*mixed))
            for field in direction:
                mixed[field] = own[field]
                walks.append(kind(*mixed))
    scores = scorer.score(walks)
    scale = outcome.scale(scores[width : width + 1])  # of the row itself, which the first walk ends at
    values = scale.of(scores).reshape(PERMUTATIONS, 2, width + 1)
    return _summarise(kind, orders, values, scale)


def _summarise(kind: Any, orders: list[NDArray[np.int64]], values: NDArray[np.float64], scale: Scale) -> Explanation:
    steps = np.diff(values, axis=2)
    totals = np.zeros(steps.shape[2])
    for order, (forth, back) in zip(orders, steps, strict=True):
        totals[order] += forth
        totals[order[::-1]] += back
    means = totals / (2 * len(orders))
    names = [field.encode_name for field in msgspec.structs.fields(kind)]
    largest = np.argsort(-np.abs(means), kind="stable")
    return Explanation(
        prediction=float(values[0, 0, -1]),
        baseline=float(values[:, :, 0].mean()),
        contributions={names[index]: float(means[index]) for index in largest},
        unit=scale.unit,
        category=scale.category,
    )
