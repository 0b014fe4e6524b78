"""The figures of an evaluation are those that can be worked out by hand."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from model.src import evaluate
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
    result = metrics.score(ROWS, cases.RULES)
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
    assert "rmsle" not in metrics.score(ROWS.assign(actual=[-5.0, 200.0, 300.0, 400.0]), cases.RULES)


@pytest.mark.parametrize(("actual", "width"), [([0.0, 0.0, 0.0, 8.0], 2 / 0.2), ([0.0] * 4, 2 / 0.1)])
def test_a_width_is_finite_where_most_predictions_are_zero(actual: list[float], width: float) -> None:
    rows = pd.DataFrame({"actual": actual, "prediction": [0.0, 0.0, 0.0, 8.0]})
    rows = rows.assign(lower=rows["prediction"] - 1, upper=rows["prediction"] + 1)
    assert metrics.score(rows, cases.RULES)["width"] == pytest.approx(width)
    wider = rows.assign(upper=rows["prediction"] + 3)
    assert metrics.score(wider, cases.RULES)["width"] == pytest.approx(2 * width)


def test_a_slice_has_the_figures_of_its_own_rows() -> None:
    found = metrics.slices(ROWS, cases.RULES).set_index("slice")
    assert list(found.index) == ["a", "b"]
    assert found.loc["a"].to_dict() == {"rows": 1, "mae": 20, "bias": -20, "coverage": 0}
    assert found.loc["b"].to_dict() == pytest.approx({"rows": 3, "mae": 110 / 3, "bias": 110 / 3, "coverage": 1})


def test_each_prediction_keeps_its_identifier_and_slice_in_whatever_order_the_raw_file_is() -> None:
    training = cases.frame(60)
    model = cases.model("dummy", {}, "log", training)
    shuffled = training.sample(frac=1, random_state=1)
    rows = evaluate.predict(model, cases.data(training), shuffled, cases.RULES, "quality")
    for name, known in (("id", "id"), ("slice", "quality"), ("actual", "y")):
        assert rows[name].tolist() == training[known].tolist()
    assert (rows["lower"] < rows["prediction"]).all()
    assert (rows["prediction"] < rows["upper"]).all()
    with pytest.raises(PlumblineError, match=r"evaluate\.slice_by is 'street', which is no column of the contract"):
        evaluate.predict(model, cases.data(training), shuffled, cases.RULES, "street")


@pytest.mark.parametrize("task", cases.CLASSES)
def test_each_row_of_a_classification_is_decided_as_a_service_decides_it(task: str) -> None:
    training, rules = cases.frame(200, task=task), cases.rules(task)
    model = cases.model("linear", {}, "log", training, task)
    rows = evaluate.predict(model, cases.data(training, task), training, rules, "quality")
    found = model.predict_proba(cases.data(training, task).X)
    labels = np.array(cases.CLASSES[task], dtype=object)
    assert rows["prediction"].tolist() == labels[found.argmax(axis=1)].tolist()
    kept = (found >= 1 - model.threshold_) | (found == found.max(axis=1, keepdims=True))
    assert rows["set_size"].tolist() == kept.sum(axis=1).tolist()
    assert rows["covered"].tolist() == [name in labels[row] for name, row in zip(rows["actual"], kept, strict=True)]


@pytest.mark.parametrize(
    ("task", "names"),
    [
        ("regression", {"predictions", "residuals", "slices"}),
        ("binary", {"roc", "precision_recall", "reliability", "confusion", "slices"}),
        ("multiclass", {"roc", "precision_recall", "reliability", "confusion", "slices"}),
    ],
)
def test_an_evaluation_leaves_the_plots_of_its_task_and_the_same_bytes_twice(
    task: str, names: set[str], tmp_path: Path
) -> None:
    training, rules = cases.frame(200, task=task), cases.rules(task)
    model = cases.model("linear", {}, "log", training, task)
    rows = evaluate.predict(model, cases.data(training, task), training, rules, "quality")
    for name in ("one", "two"):
        evaluate.write(rows, rules, "quality", tmp_path / name)
    plots = {path.stem: path.read_bytes() for path in (tmp_path / "one").glob("*.png")}
    assert set(plots) == names
    assert plots == {path.stem: path.read_bytes() for path in (tmp_path / "two").glob("*.png")}
    tables = {"predictions.csv", "slices.csv"} | ({"classes.csv"} if task != "regression" else set())
    assert {path.name for path in (tmp_path / "one").glob("*.csv")} == tables
