"""What counts as a value that breaks the contract, for each kind of column."""

import pytest

from services.common.tests import toy
from services.monitor.app import quality


@pytest.mark.parametrize(
    ("column", "right", "wrong"),
    [
        ("weather", ["dry", None], ["fog", "", 1]),
        ("features", ["Bonn", "a town that training did not know", None], [1, True]),
        ("temperature", [21, 21.5, None], ["21", True, 99, float("nan")]),
        ("prediction", [True, False], [None, 1, "true"]),
        ("day/of the ride.", ["2026-01-31", None], ["2019-12-31", "31.1.2026", 20000]),
        ("größe", ["2026-01-31T12:00:00Z", "2026-01-31T12:00:00+02:00"], [None, "2026-01-31T12:00:00", 1.7e9]),
    ],
)
def test_counts_the_values_that_break_the_contract(column, right, wrong):
    found = quality.check([{column: value} for value in (*right, *wrong)], toy.contract_of(toy.BIKES))

    [counted] = [item for item in found if item.name == column]
    assert (counted.rows, counted.invalid) == (len(right) + len(wrong), len(wrong))
