"""The reference counts every training row once."""

import numpy as np

from model.src import reference
from model.tests import portable_cases as cases
from plumbline.bundle.files import Distribution


def test_every_row_is_counted_once_in_every_column() -> None:
    frame = cases.frame(500)
    found = reference.describe(frame, cases.RULES, bins=10)
    for name in ("area", "age"):
        entry = found.features[name]
        assert sum(entry.counts) + (entry.missing or 0) == found.rows == 500
    quality = found.features["quality"]
    assert isinstance(quality.counts, dict)
    assert sum(quality.counts.values()) + (quality.missing or 0) == 500
    assert quality.counts["good"] == (frame["quality"] == "good").sum()
    assert sum(found.target.counts) == 500


def test_a_value_on_an_edge_counts_in_the_bin_that_begins_there() -> None:
    frame = cases.frame(4).assign(area=[0.0, 1.0, 1.0, 2.0])
    assert reference.describe(frame, cases.RULES, bins=2).features["area"] == Distribution([1, 3], [1.0], 0)


def test_bins_of_equal_values_are_one_and_a_label_that_never_occurs_counts_zero() -> None:
    frame = cases.frame(6).assign(area=5.0, age=np.nan, quality="good")
    found = reference.describe(frame, cases.RULES, bins=4).features
    assert found["area"] == Distribution([0, 6], [5.0], 0)
    assert found["age"] == Distribution([0], [], 6)
    assert found["quality"] == Distribution({"None": 0, "good": 6, "poor": 0}, missing=0)
