"""Read what the data room hands over."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from plumbline.kernel.contract import Contract
from plumbline.kernel.errors import PlumblineError


@dataclass(frozen=True)
class Features:
    """One features file.

    Attributes:
        names: The features' names, in order.
        identifiers: Shape (rows,).
        X: The features, shape (rows, features), float64, NaN for missing.
        y: The target in its unit, shape (rows,), float64.
    """

    names: list[str]
    identifiers: NDArray[np.int64]
    X: NDArray[np.float64]
    y: NDArray[np.float64]


def read(path: Path, rules: Contract) -> Features:
    """Read a features file.

    Raises:
        PlumblineError: The file is absent or does not fit the contract.
    """
    try:
        frame = pd.read_parquet(path)
    except FileNotFoundError:
        raise PlumblineError(f"{path} does not exist: run `dvc repro featurize`") from None
    names = [*rules.numbers, *rules.categories]
    expected = [rules.identifier, *names, rules.target.name]
    if list(frame.columns) != expected:
        raise PlumblineError(
            f"{path} has the columns {', '.join(frame.columns)} and the contract asks for"
            f" {', '.join(expected)}: run `dvc repro featurize`"
        )
    return Features(
        names,
        frame[rules.identifier].to_numpy(),
        np.ascontiguousarray(frame[names].to_numpy(dtype=np.float64)),
        frame[rules.target.name].to_numpy(dtype=np.float64),
    )
