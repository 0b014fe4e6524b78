"""Parts of a date as features: the civil calendar in arithmetic that a portable model can do, too."""

from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin

Matrix = NDArray[np.float64]

DATE_PARTS = ("days", "year", "month", "day", "weekday")
TIMESTAMP_PARTS = (*DATE_PARTS, "hour")
_SECONDS_OF_DAY, _SECONDS_OF_HOUR = 86400.0, 3600.0


class CalendarParts(TransformerMixin, BaseEstimator):  # type: ignore[misc] # scikit-learn has no types
    """Each column becomes its parts: days since 1970-01-01, year, month, day, weekday (Monday is 0), and the hour.

    Every part is a sum, product or floor of float64 numbers, which are whole and small enough to be exact: an ONNX
    graph of the same operators gives the same bits. Missing stays missing.

    Method: Hinnant (2013), "chrono-Compatible Low-Level Date Algorithms", civil_from_days.
    """

    def __init__(self, kind: Literal["date", "timestamp"] = "date") -> None:
        self.kind = kind

    def fit(self, X: Any, y: object = None) -> Self:  # noqa: ARG002
        """Remember the columns' names."""
        self.n_features_in_ = X.shape[1]
        if hasattr(X, "columns"):
            self.feature_names_in_ = np.asarray(X.columns, dtype=object)
        return self

    def transform(self, X: Any) -> Matrix:
        """Give the parts, shape (rows, columns * parts), those of a column beside one another.

        Args:
            X: Shape (rows, columns): days since 1970-01-01 of dates, seconds of timestamps, in UTC; NaN for missing.
        """
        moments: Matrix = np.asarray(X, dtype=np.float64)
        hours = []
        if self.kind == "timestamp":
            days = np.floor(moments / _SECONDS_OF_DAY)
            hours = [np.floor((moments - days * _SECONDS_OF_DAY) / _SECONDS_OF_HOUR)]
        else:
            days = np.floor(moments)
        stacked: Matrix = np.stack([days, *civil(days), weekday(days), *hours], axis=2)
        return stacked.reshape(len(moments), -1)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Give the names of the features: `COLUMN.PART`."""
        names = self.feature_names_in_ if input_features is None else input_features
        return np.asarray([f"{name}.{part}" for name in names for part in self.parts], dtype=object)

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts of one column, in order."""
        return TIMESTAMP_PARTS if self.kind == "timestamp" else DATE_PARTS


def civil(days: Matrix) -> tuple[Matrix, Matrix, Matrix]:
    """Give year, month (1 to 12) and day (1 to 31) of days since 1970-01-01."""
    shifted = days + 719468.0  # to 0000-03-01, so that a leap day ends its year
    era = np.floor(shifted / 146097.0)
    day_of_era = shifted - era * 146097.0
    leaps = np.floor(day_of_era / 36524.0) - np.floor(day_of_era / 1460.0) - np.floor(day_of_era / 146096.0)
    year_of_era = np.floor((day_of_era + leaps) / 365.0)
    day_of_year = day_of_era - (year_of_era * 365.0 + np.floor(year_of_era / 4.0) - np.floor(year_of_era / 100.0))
    from_march = np.floor((day_of_year * 5.0 + 2.0) / 153.0)
    day = day_of_year - np.floor((from_march * 153.0 + 2.0) / 5.0) + 1.0
    next_year = np.floor(from_march / 10.0)  # 1 for January and February, else 0
    month = from_march + 3.0 - next_year * 12.0
    return year_of_era + era * 400.0 + next_year, month, day


def weekday(days: Matrix) -> Matrix:
    """Give the weekday of days since 1970-01-01, a Thursday: 0 for Monday to 6 for Sunday."""
    from_monday = days + 3.0
    result: Matrix = from_monday - np.floor(from_monday / 7.0) * 7.0
    return result
