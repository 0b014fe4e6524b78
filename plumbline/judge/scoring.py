"""Score a bundle as a service does: its portable model, on raw rows."""

from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pandas as pd
from numpy.typing import NDArray

from plumbline.bundle import reading
from plumbline.bundle.contract import Contract as BundleContract
from plumbline.bundle.decision import Decider
from plumbline.bundle.files import MODEL
from plumbline.kernel import metrics
from plumbline.kernel.contract import Contract
from plumbline.kernel.errors import PlumblineError

Matrix = NDArray[np.float64]


def session(graph: bytes | str) -> Any:
    """Open a portable model, given its bytes or its path, for one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(graph, options)


def feed(frame: pd.DataFrame, asked: BundleContract) -> dict[str, NDArray[Any]]:
    """Give the model's inputs.

    Args:
        frame: Rows as `plumbline.kernel.table.read_tsv` reads them.
        asked: The bundle's contract.
    """
    return {
        entry: frame[[column.name]].to_numpy(dtype=object if column.type == "category" else np.float64)
        for entry, column in asked.inputs.items()
    }


def answers(model: Any, inputs: dict[str, NDArray[Any]], asked: BundleContract) -> Matrix:
    """Give the model's outputs side by side: prediction, lower and upper, or probabilities."""
    result: Matrix = np.hstack(model.run(asked.output_names, inputs))
    return result


def predict(bundle: Path, frame: pd.DataFrame, rules: Contract, slice_by: str) -> pd.DataFrame:
    """Predict every row with a bundle: identifier, slice, and what `plumbline.kernel.metrics.judged` adds.

    Args:
        bundle: The bundle's folder; it may be of another version than this clone's.
        frame: The evaluation rows.
        rules: The contract of `frame`.
        slice_by: The column whose values are the slices.

    Raises:
        PlumblineError: There is no bundle, it asks for a column that the rows do not have, or it answers another task.
        BundleError: Its contract is of another version than this code reads.
    """
    if not (bundle / MODEL).exists():
        raise PlumblineError(f"{bundle} holds no bundle: run `dvc pull` or `dvc repro bundle`")
    if slice_by not in rules.columns:
        raise PlumblineError(f"evaluate.slice_by is {slice_by!r}, which is no column of the contract")
    asked = reading.part(bundle, BundleContract)
    absent = [column.name for column in asked.columns if column.name not in frame]
    if absent:
        raise PlumblineError(f"the bundle {bundle} asks for {', '.join(absent)}, which the evaluation data lacks")
    if (asked.task, asked.target.categories) != (rules.task, rules.target.categories):
        raise PlumblineError(
            f"the bundle {bundle} answers a {asked.task} task with other classes than data/contract.yaml has"
        )
    found = answers(session(str(bundle / MODEL)), feed(frame, asked), asked)
    rows = pd.DataFrame({rules.identifier: frame[rules.identifier], "slice": frame[slice_by]})
    decider = None if rules.task == "regression" else Decider(asked)
    return metrics.judged(rows, frame[rules.target.name], found, rules, decider)
