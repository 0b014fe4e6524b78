"""The golden rows spread over what the model may answer, and stand there as a request has them."""

import numpy as np
import pytest

from model.src import golden
from model.tests import portable_cases as cases


def test_rows_of_a_regression_spread_from_the_smallest_to_the_largest_prediction() -> None:
    frame = cases.frame(100)
    answers = np.column_stack([frame["y"], frame["y"] - 1, frame["y"] + 1])
    found = golden.choose(frame, answers, cases.RULES, 5, 1e-6, 1e-9)
    said = [answer["prediction"] for answer in found.predictions]
    assert (said[0], said[-1], len(said)) == (frame["y"].min(), frame["y"].max(), 5)
    assert said == sorted(said)
    assert (found.relative_tolerance, found.absolute_tolerance) == (1e-6, 1e-9)


@pytest.mark.parametrize("task", cases.CLASSES)
def test_rows_of_a_classification_show_every_class_from_unsure_to_sure(task: str) -> None:
    frame, classes = cases.frame(100, task=task), len(cases.CLASSES[task])
    answers = np.random.default_rng(0).dirichlet(np.ones(classes), 100)
    found = golden.choose(frame, answers, cases.rules(task), 12, 1e-6, 1e-9)
    said = np.array([answer["probabilities"] for answer in found.predictions])
    assert set(said.argmax(axis=1)) == set(range(classes))
    np.testing.assert_array_equal(said, found.values(["probabilities"]))


def test_a_missing_cell_is_null_and_there_are_no_more_rows_than_there_are() -> None:
    frame = cases.frame(3).assign(age=[np.nan, 4.0, 5.0], quality=["", "good", "None"])
    found = golden.choose(frame, np.tile(np.arange(3.0)[:, None], 3), cases.RULES, 32, 1e-6, 0.0)
    assert [(row["age"], row["quality"]) for row in found.rows] == [(None, None), (4.0, "good"), (5.0, "None")]
