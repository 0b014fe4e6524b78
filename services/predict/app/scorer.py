"""Scoring: rows in, the model's outputs out, by one native call in one thread."""

from typing import Any, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from plumbline.bundle.contract import Contract
from services.common import logs
from services.predict.app.forest import ForestScorer
from services.predict.app.onnx_file import UnsupportedError


class Scorer(Protocol):
    """Turns rows into an array of shape (rows, width): the outputs that the contract names, side by side."""

    def score(self, rows: list[Any]) -> NDArray[np.float64]:
        """Score rows."""


def make(model: bytes, contract: Contract, row_type: type[msgspec.Struct]) -> Scorer:
    """Make the fastest scorer that the model allows.

    Args:
        model: Content of model.onnx.
        contract: Names the model's inputs.
        row_type: What `RowReader.read` gives.

    Raises:
        BundleError: The model cannot be loaded, or does not fit the contract.
    """
    try:
        return ForestScorer(model, contract, row_type)
    except UnsupportedError as error:
        logs.get().info("scoring_with_onnx_runtime", why=str(error))
    # Only where it is needed: it takes a third of the memory and most of the time to start.
    from services.predict.app.onnx_scorer import OnnxScorer

    return OnnxScorer(model, contract, row_type)
