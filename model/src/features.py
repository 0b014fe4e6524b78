"""Read what the data room hands over."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
        categories: Positions of the features that are codes of a category's labels.
        identifiers: Shape (rows,).
        X: The features, shape (rows, features), float64, NaN for missing.
        y: The target, shape (rows,), float64: in its unit, or the position of a class among the target's categories.
    """

    names: list[str]
    categories: list[int]
    identifiers: NDArray[Any]
    X: NDArray[np.float64]
    y: NDArray[np.float64]

    @property
    def numbers(self) -> list[int]:
        """Positions of all other features."""
        codes = set(self.categories)
        return [position for position in range(len(self.names)) if position not in codes]


def read(path: Path, rules: Contract) -> Features:
    """Read a features file: the identifier, whatever features the preprocessor makes, and the target.

    Raises:
        PlumblineError: The file is absent or does not fit the contract.
    """
    try:
        frame = pd.read_parquet(path)
    except FileNotFoundError:
        raise PlumblineError(f"{path} does not exist: run `dvc repro featurize`") from None
    first, *names, last = frame.columns
    if (first, last) != (rules.identifier, rules.target.name) or not names:
        raise PlumblineError(
            f"{path} has the columns {', '.join(frame.columns)}; the contract asks for {rules.identifier}, the features"
            f" and {rules.target.name}: run `dvc repro featurize`"
        )
    return Features(
        names,
        [position for position, name in enumerate(names) if name in rules.categories],
        frame[first].to_numpy(),
        np.ascontiguousarray(frame[names].to_numpy(dtype=np.float64)),
        _target(frame[last], rules, path),
    )


def _target(values: "pd.Series[Any]", rules: Contract, path: Path) -> NDArray[np.float64]:
    if rules.task == "regression":
        return values.to_numpy(dtype=np.float64)
    positions = values.map({label: k for k, label in enumerate(rules.target.categories)})
    if positions.isna().any():
        raise PlumblineError(
            f"{path} has the class {values[positions.isna()].iloc[0]!r}, which the contract does not list: run"
            " `dvc repro featurize`"
        )
    return np.asarray(positions, dtype=np.float64)
