"""Features that are computed from two numbers, or from one, by operators that a portable model has, too."""

from typing import Any, Literal, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin

Matrix = NDArray[np.float64]
Operation = Literal["ratio", "difference", "product", "log1p"]


class Combination(NamedTuple):
    """How a feature follows from columns: `ratio`, `difference` and `product` take two of them, `log1p` takes one."""

    operation: Operation
    first: str
    second: str = ""


class Combine(TransformerMixin, BaseEstimator):  # type: ignore[misc] # scikit-learn has no types
    """Computes features from numeric columns.

    A ratio by zero, and the logarithm of what is not above -1, are missing, as is what follows from a missing value.

    Attributes:
        features: For each feature its name, and how it is computed.
    """

    def __init__(self, features: dict[str, Combination]) -> None:
        self.features = features

    def fit(self, X: Any, y: object = None) -> Self:  # noqa: ARG002
        """Find where each column stands.

        Raises:
            ValueError: A feature names a column that there is not, or the wrong number of columns.
        """
        self.feature_names_in_ = np.asarray(X.columns, dtype=object)
        self.n_features_in_ = X.shape[1]
        position = {name: i for i, name in enumerate(self.feature_names_in_)}
        self.terms_: list[tuple[Operation, list[int]]] = []
        for name, (operation, first, second) in self.features.items():
            wanted = [first] if operation == "log1p" else [first, second]
            absent = [column for column in wanted if column not in position]
            if absent or (operation == "log1p" and second):
                raise ValueError(f"the feature {name} cannot be the {operation} of {first!r} and {second!r}")
            self.terms_.append((operation, [position[column] for column in wanted]))
        return self

    def transform(self, X: Any) -> Matrix:
        """Give the features, shape (rows, features), of the columns in the order in which they were fitted."""
        values: Matrix = np.asarray(X, dtype=np.float64)
        return np.column_stack([_compute(operation, *values.T[columns]) for operation, columns in self.terms_])

    def get_feature_names_out(self, input_features: object = None) -> NDArray[np.object_]:  # noqa: ARG002
        """Give the names of the features."""
        return np.asarray(list(self.features), dtype=object)


def _compute(operation: Operation, first: Matrix, second: Matrix | None = None) -> Matrix:
    if second is None:
        # The logarithm of 1 + x, not numpy's log1p: ONNX has no operator for that.
        return np.log(1.0 + np.where(first > -1.0, first, np.nan))
    if operation == "difference":
        return first - second
    if operation == "product":
        return first * second
    return first / np.where(second == 0.0, np.nan, second)
