"""The statistics of drift: no bias where nothing has drifted, and atoms, dates and booleans that are seen to move."""

import numpy as np
import pytest

from plumbline.bundle.contract import Column
from plumbline.bundle.files import Distribution
from services.monitor.app import drift

REFERENCE = 3000
TENTHS = Distribution([300] * 10, list(np.linspace(0, 1, 11)[1:-1]), 0)
LABELS = Distribution({"a": 1500, "b": 900, "c": 570, "d": 27, "e": 3}, missing=0)
# Two thirds are zero, which has a bin of its own: the edges are the atom and the next number.
ATOM = Distribution([0, 2000, 250, 250, 250, 250], [0.0, float(np.nextafter(0, 1)), 0.25, 0.5, 0.75], 0)


def tenths(generator, rows):
    return generator.random(rows).tolist()


def labels(generator, rows):
    return generator.choice(list("abcde"), rows, p=np.array(list(LABELS.counts.values())) / REFERENCE).tolist()


def atom(generator, rows):
    return np.where(generator.random(rows) < 2 / 3, 0.0, generator.random(rows)).tolist()


CASES = {"tenths": (TENTHS, tenths), "labels": (LABELS, labels), "atom": (ATOM, atom)}


@pytest.mark.parametrize("rows", [100, 1000])
@pytest.mark.parametrize("case", CASES)
def test_the_index_is_about_zero_where_nothing_has_drifted(case, rows):
    reference, sample = CASES[case]
    generator = np.random.default_rng(1)

    found = [drift.compare({"x": sample(generator, rows)}, {"x": reference}, 0.01, 0.1)[0] for _ in range(1000)]

    values = np.array([item.psi for item in found])
    assert abs(values.mean()) < 0.005
    assert np.mean([item.drifted for item in found]) <= 0.02


@pytest.mark.parametrize(
    "shifted",
    [
        lambda values: [value + 0.01 if value == 0 else value for value in values],  # the atom is no more
        lambda values: [0.0 if value < 0.75 else value for value in values],  # it takes in what lies near
    ],
    ids=["less", "more"],
)
def test_a_shift_of_an_atom_is_found(shifted):
    values = shifted(atom(np.random.default_rng(2), 300))

    [found] = drift.compare({"x": values}, {"x": ATOM}, 0.01, 0.1)

    assert found.drifted


def test_a_shift_that_leaves_only_missing_and_unknown_labels_is_found():
    [found] = drift.compare({"x": ["new"] * 100}, {"x": LABELS}, 0.01, 0.1)

    assert found.drifted


def test_compares_nothing_with_a_reference_of_no_rows():
    [found] = drift.compare({"x": [1.0] * 100}, {"x": Distribution([0, 0], [0.5], 0)}, 0.01, 0.1)

    assert (found.psi, found.drifted) == (0.0, False)


def test_dates_and_timestamps_are_counted_as_the_model_takes_them():
    day = Column(name="day", type="date", minimum="2000-01-01", maximum="2030-01-01")
    hour = Column(name="hour", type="timestamp", minimum="2000-01-01T00:00:00Z", maximum="2030-01-01T00:00:00Z")

    assert drift.plain(["1970-01-11", None, "nonsense"], day) == [10.0, None, None]
    assert drift.plain(["1970-01-01T01:00:00+01:00"], hour) == [0.0]
    assert drift.plain([True, 3.5], Column(name="owner", type="boolean")) == [True, 3.5]


def test_a_boolean_is_counted_as_zero_and_one():
    reference = Distribution([50, 50], [float(np.nextafter(0, 1))], 0)

    assert drift.count([True, False, True, None], reference).tolist() == [1, 2, 1]
