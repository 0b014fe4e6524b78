"""What an evaluation measures."""

import numpy as np
import pandas as pd
import pytest

from model.src import evaluate


@pytest.fixture
def rows() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "slice": ["North", "North", "South", "South"],
            "actual": [100.0, 200.0, 300.0, 400.0],
            "prediction": [110.0, 190.0, 300.0, 440.0],
            "lower": [90.0, 195.0, 250.0, 400.0],
            "upper": [120.0, 210.0, 350.0, 480.0],
        }
    )


def test_the_metrics_are_those_of_their_definitions(rows: pd.DataFrame) -> None:
    found = evaluate.score(rows)
    assert found["rows"] == 4
    assert found["mae"] == pytest.approx((10 + 10 + 0 + 40) / 4)
    assert found["rmse"] == pytest.approx(np.sqrt((100 + 100 + 0 + 1600) / 4))
    logarithms = np.log1p(rows["prediction"]) - np.log1p(rows["actual"])
    assert found["rmsle"] == pytest.approx(np.sqrt((logarithms**2).mean()))
    assert found["r2"] == pytest.approx(1 - 1800 / 50_000)


def test_a_bound_itself_counts_as_inside(rows: pd.DataFrame) -> None:
    assert evaluate.score(rows)["coverage"] == 1.0
    assert evaluate.score(rows.assign(lower=rows["lower"] + 10.5))["coverage"] == 0.25


def test_without_a_logarithm_there_is_no_rmsle(rows: pd.DataFrame) -> None:
    assert "rmsle" not in evaluate.score(rows.assign(actual=rows["actual"] - 250))


def test_slices_tell_how_far_and_in_which_direction_a_part_is_off(rows: pd.DataFrame) -> None:
    north, south = evaluate.slices(rows).to_dict("records")
    assert north == {"slice": "North", "rows": 2, "mae": 10.0, "bias": 0.0, "coverage": 1.0}
    assert (south["mae"], south["bias"]) == (20.0, 20.0)
