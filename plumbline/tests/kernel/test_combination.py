import numpy as np
import pandas as pd
import pytest

from plumbline.kernel.combination import Combination, Combine

FRAME = pd.DataFrame({"area": [6.0, 1.0, np.nan, -2.0], "rooms": [3.0, 0.0, 1.0, 2.0]})
FEATURES = {
    "area_a_room": Combination("ratio", "area", "rooms"),
    "more": Combination("difference", "area", "rooms"),
    "both": Combination("product", "rooms", "area"),
    "magnitude": Combination("log1p", "area"),
}


def test_each_operation_and_what_it_makes_of_zero_and_of_missing() -> None:
    found = Combine(FEATURES).fit(FRAME)
    np.testing.assert_array_equal(
        found.transform(FRAME),
        [[2, 3, 18, np.log(7)], [np.nan, 1, 0, np.log(2)], [np.nan] * 4, [-1, -4, -4, np.nan]],
    )
    assert list(found.get_feature_names_out()) == list(FEATURES)


@pytest.mark.parametrize(
    "feature", [("ratio", "area", "room"), ("product", "area", ""), ("log1p", "area", "rooms"), ("log1p", "are", "")]
)
def test_a_feature_of_columns_that_there_are_not_is_refused_by_name(feature: tuple[str, str, str]) -> None:
    with pytest.raises(ValueError, match="the feature wrong cannot be"):
        Combine({"wrong": Combination(*feature)}).fit(FRAME)
