"""The figures of a classification are those that can be worked out by hand, or that scikit-learn gives."""

import numpy as np
import pytest
from sklearn import metrics as sklearn_metrics

from plumbline.kernel import classification, metrics
from plumbline.kernel.contract import Contract
from plumbline.tests.judge.scored import BINARY, MULTICLASS, classified, given

ACTUAL = ["no", "yes", "yes", "no"]
PROBABILITIES = np.array([[0.9, 0.1], [0.4, 0.6], [0.7, 0.3], [0.25, 0.75]])


def test_the_figures_of_four_rows() -> None:
    found = metrics.score(given(BINARY, ACTUAL, PROBABILITIES), BINARY)
    assert found == pytest.approx(
        {
            "rows": 4,
            "log_loss": -np.log([0.9, 0.6, 0.3, 0.25]).mean(),
            "brier": np.mean([0.1**2, 0.4**2, 0.7**2, 0.75**2]),
            "ece": np.mean([0.1, 0.7, 0.4, 0.75]),  # each row is a bin of its own
            "accuracy": 0.5,
            "recall_least": 0.5,
            "roc_auc": 0.5,
            "pr_auc": (1 / 2 + 2 / 3) / 2,
            "coverage": 1.0,  # 0.25 is the least that is not ruled out, by 1 - 0.8
            "set_size": np.mean([1, 2, 2, 2]),
        }
    )


@pytest.mark.parametrize("rules", [BINARY, MULTICLASS], ids=["binary", "multiclass"])
def test_the_figures_are_those_of_scikit_learn(rules: Contract) -> None:
    rows, labels = classified(rules, 500, sharpness=0.7), rules.target.categories
    found, probabilities = metrics.score(rows, rules), classification.probabilities_of(rows, labels)
    positions = np.array([labels.index(label) for label in rows["actual"]])
    assert found["log_loss"] == pytest.approx(sklearn_metrics.log_loss(positions, probabilities))
    scale = 1.0 if rules is BINARY else 2.0  # of more classes scikit-learn may halve the sum
    brier = sklearn_metrics.brier_score_loss(positions, probabilities, scale_by_half=True)
    assert found["brier"] == pytest.approx(scale * brier)
    said = probabilities[:, 1] if rules is BINARY else probabilities
    assert found["roc_auc"] == pytest.approx(sklearn_metrics.roc_auc_score(positions, said, multi_class="ovr"))
    assert found["accuracy"] == pytest.approx(sklearn_metrics.accuracy_score(positions, probabilities.argmax(axis=1)))
    assert classification.confusion(rows, rules).sum() == 500


def test_what_is_calibrated_has_a_small_calibration_error_and_what_is_too_sure_a_large_one() -> None:
    honest, boastful = (metrics.score(classified(BINARY, 5000, sharpness), BINARY)["ece"] for sharpness in (1.0, 4.0))
    assert honest < 0.02 < 0.05 < boastful


def test_a_class_that_is_never_said_has_a_recall_of_zero_and_no_precision() -> None:
    rows = given(BINARY, ["no", "yes"], np.array([[0.9, 0.1], [0.9, 0.1]]))
    table = classification.by_class(rows, BINARY).set_index("class")
    assert table.loc["yes", "recall"] == 0.0
    assert np.isnan(table.loc["yes", "precision"])
    assert table.loc["no", "precision"] == 0.5


def test_where_all_rows_are_of_one_class_what_needs_two_is_left_out() -> None:
    found = metrics.score(given(BINARY, ["no", "no"], np.array([[0.9, 0.1], [0.8, 0.2]])), BINARY)
    assert "roc_auc" not in found
    assert found["recall_least"] == 1.0  # of the classes that occur


def test_a_probability_of_zero_for_what_came_true_has_a_finite_loss() -> None:
    rows = given(BINARY, ["yes", "no"], np.array([[1.0, 0.0], [1.0, 0.0]]))
    assert np.isfinite(metrics.score(rows, BINARY)["log_loss"])


def test_a_slice_of_a_classification_has_the_figures_of_its_own_rows() -> None:
    rows = given(BINARY, ACTUAL, PROBABILITIES, ["a", "a", "b", "b"])
    found = metrics.slices(rows, BINARY).set_index("slice")
    assert found.loc["a"].to_dict() == pytest.approx(
        {"rows": 2, "log_loss": -np.log([0.9, 0.6]).mean(), "accuracy": 1.0, "coverage": 1.0, "set_size": 1.5}
    )
