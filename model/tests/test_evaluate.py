"""The figures of an evaluation are those that can be worked out by hand."""

import numpy as np
import pandas as pd
import pytest

from model.src import evaluate, features
from model.tests import portable_cases as cases
from plumbline.kernel import metrics
from plumbline.kernel.errors import PlumblineError

ROWS = pd.DataFrame(
    {
        "slice": ["b", "a", "b", "b"],
        "actual": [100.0, 200.0, 300.0, 400.0],
        "prediction": [110.0, 180.0, 300.0, 500.0],
        "lower": [90.0, 120.0, 250.0, 400.0],  # holds, misses, holds, holds at the bound
        "upper": [130.0, 190.0, 350.0, 600.0],
    }
)


def test_metrics_of_four_rows() -> None:
    result = metrics.score(ROWS)
    assert result == pytest.approx(
        {
            "rows": 4,
            "mae": (10 + 20 + 0 + 100) / 4,
            "rmse": np.sqrt((100 + 400 + 0 + 10_000) / 4),
            "rmsle": np.sqrt(np.mean(np.log([111 / 101, 181 / 201, 1, 501 / 401]) ** 2)),
            "r2": 1 - 10_500 / 50_000,
            "coverage": 0.75,
            "width": np.median([40 / 110, 70 / 180, 100 / 300, 200 / 500]),
        }
    )


def test_a_logarithmic_error_is_left_out_where_it_does_not_exist() -> None:
    assert "rmsle" not in metrics.score(ROWS.assign(actual=[-5.0, 200.0, 300.0, 400.0]))


def test_a_slice_has_the_figures_of_its_own_rows() -> None:
    found = metrics.slices(ROWS).set_index("slice")
    assert list(found.index) == ["a", "b"]
    assert found.loc["a"].to_dict() == {"rows": 1, "mae": 20, "bias": -20, "coverage": 0}
    assert found.loc["b"].to_dict() == pytest.approx({"rows": 3, "mae": 110 / 3, "bias": 110 / 3, "coverage": 1})


def test_each_prediction_keeps_its_identifier_and_slice_in_whatever_order_the_raw_file_is() -> None:
    class Doubling:
        def predict_interval(self, X: np.ndarray) -> np.ndarray:
            return np.column_stack([2 * X[:, 0], X[:, 0], 3 * X[:, 0]])

    data = features.Features(["area"], [], np.array([3, 1]), np.array([[30.0], [10.0]]), np.array([60.0, 21.0]))
    raw = pd.DataFrame({"id": [1, 3], "quality": ["good", "poor"]})
    rows = evaluate.predict(Doubling(), data, raw, cases.RULES, "quality")
    assert rows.to_dict("list") == {
        "id": [3, 1],
        "slice": ["poor", "good"],
        "actual": [60.0, 21.0],
        "prediction": [60.0, 20.0],
        "lower": [30.0, 10.0],
        "upper": [90.0, 30.0],
    }
    with pytest.raises(PlumblineError, match=r"evaluate\.slice_by is 'street', which is no column of the contract"):
        evaluate.predict(Doubling(), data, raw, cases.RULES, "street")
