"""Score a bundle as a service does: its portable model, on raw rows."""

from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pandas as pd
from numpy.typing import NDArray

from plumbline.bundle import reading
from plumbline.bundle.contract import Contract as BundleContract
from plumbline.bundle.files import MODEL
from plumbline.kernel.contract import OUTPUTS, Contract
from plumbline.kernel.errors import PlumblineError

Matrix = NDArray[np.float64]


def session(graph: bytes | str) -> Any:
    """Open a portable model, given its bytes or its path, for one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(graph, options)


def feed(frame: pd.DataFrame, types: dict[str, str]) -> dict[str, NDArray[Any]]:
    """Give the model's inputs.

    Args:
        frame: Rows as `plumbline.kernel.table.read_tsv` reads them.
        types: The type of each column, as the contract has it.
    """
    return {
        name: frame[[name]].to_numpy(dtype=object if kind == "category" else np.float64) for name, kind in types.items()
    }


def answers(model: Any, inputs: dict[str, NDArray[Any]]) -> Matrix:
    """Give prediction, lower and upper bound in the target's unit, shape (rows, 3)."""
    result: Matrix = np.hstack(model.run(list(OUTPUTS), inputs))
    return result


def types_of(bundle: Path) -> dict[str, str]:
    """Give the type of each column that a bundle asks for, in order.

    Raises:
        BundleError: Its contract is of another version than this code reads.
    """
    return {column.name: column.type for column in reading.part(bundle, BundleContract).columns}


def predict(bundle: Path, frame: pd.DataFrame, rules: Contract, slice_by: str) -> pd.DataFrame:
    """Predict every row with a bundle: identifier, slice, actual, prediction, lower, upper.

    Args:
        bundle: The bundle's folder; it may be of another version than this clone's.
        frame: The evaluation rows.
        rules: The contract of `frame`.
        slice_by: The column whose values are the slices.

    Raises:
        PlumblineError: There is no bundle, or it asks for a column that the rows do not have.
        BundleError: As of `types_of`.
    """
    if not (bundle / MODEL).exists():
        raise PlumblineError(f"{bundle} holds no bundle: run `dvc pull` or `dvc repro bundle`")
    if slice_by not in rules.columns:
        raise PlumblineError(f"evaluate.slice_by is {slice_by!r}, which is no column of the contract")
    types = types_of(bundle)
    absent = [name for name in types if name not in frame]
    if absent:
        raise PlumblineError(f"the bundle {bundle} asks for {', '.join(absent)}, which the evaluation data lacks")
    bounds = answers(session(str(bundle / MODEL)), feed(frame, types))
    return pd.DataFrame(
        {
            rules.identifier: frame[rules.identifier],
            "slice": frame[slice_by],
            "actual": frame[rules.target.name],
            "prediction": bounds[:, 0],
            "lower": bounds[:, 1],
            "upper": bounds[:, 2],
        }
    )
