"""The golden rows: a model is served only if it repeats the training pipeline's own predictions."""

from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from plumbline.bundle import BundleError
from plumbline.bundle.contract import Contract
from plumbline.bundle.files import Golden
from services.common.problems import Problem
from services.common.rows import RowReader
from services.predict.app.scorer import Scorer

_SUM_TOLERANCE = 1e-6  # of the probabilities of a row


def verify(scorer: Scorer, contract: Contract, row_type: type[msgspec.Struct], golden: Golden) -> list[Any]:
    """Score the golden rows and compare.

    Args:
        scorer: The scorer under test.
        contract: What a row may hold; the golden rows go the way of a request.
        row_type: What the scorer takes.
        golden: The golden rows and what they must give.

    Returns:
        The golden rows, as `RowReader.read` gives them.

    Raises:
        BundleError: A row differs by more than the tolerance, or breaks the contract.
    """
    try:
        rows = RowReader(contract, len(golden.rows), row_type).read(msgspec.json.encode({"inputs": golden.rows}))
    except Problem as problem:
        raise BundleError(f"golden.json: {problem.detail} {problem.errors[:3]}") from None
    compare(golden, contract, scorer.score(rows))
    return rows


def compare(golden: Golden, contract: Contract, actual: npt.NDArray[np.float64]) -> None:
    """Compare answers with the training pipeline's own.

    Args:
        golden: The golden rows.
        contract: Names the model's outputs.
        actual: The model's outputs side by side, with a row for each of the golden ones.

    Raises:
        BundleError: A row differs by more than the tolerance, or contradicts itself.
    """
    expected = np.array(golden.values(contract.output_names))
    if expected.shape != actual.shape:
        raise BundleError(f"the model gives {actual.shape[1]} numbers a row, golden.json has {expected.shape[1]}")
    close = np.vectorize(golden.allows, otypes=[bool])(actual, expected)
    if not close.all():
        row, output = (int(index) for index in np.argwhere(~close)[0])
        probabilities = [f"the probability of {name}" for name in contract.target.categories]
        name = (probabilities or contract.output_names)[output]
        raise BundleError(
            f"golden row {row}: {name} is {float(actual[row, output])!r}, "
            f"the training pipeline gave {float(expected[row, output])!r}"
        )
    if contract.task == "regression" and not ((actual[:, 1] <= actual[:, 0]) & (actual[:, 0] <= actual[:, 2])).all():
        raise BundleError("a golden row's prediction lies outside its own interval")
    if contract.task != "regression" and not (np.abs(actual.sum(axis=1) - 1) <= _SUM_TOLERANCE).all():
        raise BundleError("a golden row's probabilities do not add up to 1")
