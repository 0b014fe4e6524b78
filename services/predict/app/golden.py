"""The golden rows: a model is served only if it repeats the training pipeline's own predictions."""

from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from services.common.contract import Contract
from services.common.problems import Problem
from services.common.rows import RowReader
from services.predict.app.bundle import BundleError
from services.predict.app.scorer import Scorer


class Expected(msgspec.Struct, frozen=True):
    """The training pipeline's answer for one row."""

    prediction: float
    lower: float
    upper: float


class Golden(msgspec.Struct, frozen=True):
    """The content of golden.json."""

    schema_version: int
    relative_tolerance: float
    rows: list[msgspec.Raw]
    predictions: list[Expected]


def verify(scorer: Scorer, contract: Contract, row_type: type[msgspec.Struct], content: bytes) -> list[Any]:
    """Score the golden rows and compare.

    Args:
        scorer: The scorer under test.
        contract: What a row may hold; the golden rows go the way of a request.
        row_type: What the scorer takes.
        content: golden.json.

    Returns:
        The golden rows, as `RowReader.read` gives them.

    Raises:
        BundleError: A row differs by more than the tolerance, or golden.json is unusable.
    """
    golden = read(content)
    try:
        rows = RowReader(contract, len(golden.rows), row_type).read(msgspec.json.encode({"inputs": golden.rows}))
    except Problem as problem:
        raise BundleError(f"golden.json: {problem.detail} {problem.errors[:3]}") from None
    compare(golden, scorer.score(rows))
    return rows


def read(content: bytes) -> Golden:
    """Decode golden.json.

    Raises:
        BundleError: It is unusable.
    """
    try:
        golden = msgspec.json.decode(content, type=Golden)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BundleError(f"golden.json is not as it must be: {error}") from None
    if not golden.rows or len(golden.rows) != len(golden.predictions):
        raise BundleError("golden.json needs rows, and as many predictions")
    return golden


def compare(golden: Golden, actual: npt.NDArray[np.float64]) -> None:
    """Compare answers with the training pipeline's own.

    Args:
        golden: The golden rows.
        actual: Prediction, lower and upper bound of each, of shape (rows, 3), in the target's unit.

    Raises:
        BundleError: A row differs by more than the tolerance, or lies outside its own interval.
    """
    expected = np.array([msgspec.structs.astuple(row) for row in golden.predictions])
    # Not `allclose`: a NaN must count as a difference.
    close = np.abs(actual - expected) <= golden.relative_tolerance * np.abs(expected)
    if not close.all():
        row, output = (int(index) for index in np.argwhere(~close)[0])
        raise BundleError(
            f"golden row {row}: {Expected.__struct_fields__[output]} is {float(actual[row, output])!r}, "
            f"the training pipeline gave {float(expected[row, output])!r}"
        )
    if not ((actual[:, 1] <= actual[:, 0]) & (actual[:, 0] <= actual[:, 2])).all():
        raise BundleError("a golden row's prediction lies outside its own interval")
