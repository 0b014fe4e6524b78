"""The reference counts every training row once."""

import numpy as np
import pandas as pd
import pytest

from model.src import reference
from model.tests import portable_cases as cases
from plumbline.bundle.files import Distribution


def test_every_row_is_counted_once_in_every_column() -> None:
    frame = cases.frame(500)
    found = reference.describe(frame, cases.model("dummy", {}, "log", frame), cases.RULES, bins=10)
    for name in ("area", "age"):
        entry = found.features[name]
        assert sum(entry.counts) + (entry.missing or 0) == found.rows == 500
    quality = found.features["quality"]
    assert isinstance(quality.counts, dict)
    assert sum(quality.counts.values()) + (quality.missing or 0) == 500
    assert quality.counts["good"] == (frame["quality"] == "good").sum()
    assert sum(found.target.counts) == 500


@pytest.mark.parametrize("task", cases.CLASSES)
def test_a_classification_counts_its_classes_and_what_the_model_says_of_rows_that_it_did_not_see(task: str) -> None:
    frame = cases.frame(500, task=task)
    found = reference.describe(frame, cases.model("linear", {}, "log", frame, task), cases.rules(task), bins=10)
    assert found.target.counts == {label: int((frame["y"] == label).sum()) for label in cases.CLASSES[task]}
    assert list(found.outputs) == list(cases.CLASSES[task])
    for entry in found.outputs.values():
        assert sum(entry.counts) == 500
        assert len(entry.counts) == 10


def histogram(values: list[float], bins: int) -> Distribution:
    series = pd.Series(values)
    return reference._histogram(series.dropna(), bins, int(series.isna().sum()))


def test_a_value_on_an_edge_counts_in_the_bin_that_begins_there() -> None:
    assert histogram([0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 2) == Distribution([3, 4], [3.0], 0)


def test_a_value_that_as_many_rows_have_as_a_bin_holds_has_a_bin_of_its_own() -> None:
    found = histogram([0.0] * 60 + list(np.linspace(1, 2, 40)), 10)
    assert found.edges is not None
    assert found.edges[:2] == [0.0, np.nextafter(0.0, 1)]
    assert found.counts == [0, 60, 10, 10, 10, 10]


def test_a_constant_is_one_atom_and_a_label_that_never_occurs_counts_zero() -> None:
    assert histogram([5.0] * 6, 4) == Distribution([0, 6, 0], [5.0, np.nextafter(5.0, 6)], 0)
    assert histogram([np.nan] * 6, 4) == Distribution([0], [], 6)
    labels = pd.Series(["good"] * 5 + [""])
    assert reference._labels(labels, cases.LABELS) == Distribution({"None": 0, "good": 5, "poor": 0}, missing=1)
