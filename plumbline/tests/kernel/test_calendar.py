import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumbline.kernel import canonical
from plumbline.kernel.calendar import DATE_PARTS, TIMESTAMP_PARTS, CalendarParts

EPOCH = datetime.date(1970, 1, 1)


def parts(kind: str, values: list[float]) -> np.ndarray:
    frame = pd.DataFrame({"sold": values})
    return CalendarParts(kind).fit(frame).transform(frame)


@given(st.lists(st.dates(), min_size=1))
def test_the_parts_of_every_date_are_those_of_pythons_calendar(dates: list[datetime.date]) -> None:
    days = [float((date - EPOCH).days) for date in dates]
    expected = [[day, d.year, d.month, d.day, d.weekday()] for day, d in zip(days, dates, strict=True)]
    np.testing.assert_array_equal(parts("date", days), expected)


@given(st.datetimes(timezones=st.just(datetime.UTC)))
def test_the_parts_of_a_timestamp_are_those_of_its_hour_in_utc(moment: datetime.datetime) -> None:
    days = (moment.date() - EPOCH).days
    expected = [days, moment.year, moment.month, moment.day, moment.weekday(), moment.hour]
    seconds = (moment.replace(microsecond=0) - datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)).total_seconds()
    np.testing.assert_array_equal(parts("timestamp", [seconds])[0], expected)


def test_missing_stays_missing_and_columns_keep_their_names() -> None:
    frame = pd.DataFrame({"sold": [np.nan, 0.0], "built": [1.0, np.nan]})
    fitted = CalendarParts().fit(frame)
    found = pd.DataFrame(fitted.transform(frame), columns=fitted.get_feature_names_out())
    assert list(found) == [f"{name}.{part}" for name in ("sold", "built") for part in DATE_PARTS]
    assert found.loc[0].isna().tolist() == [True] * 5 + [False] * 5
    assert list(CalendarParts("timestamp").parts) == list(TIMESTAMP_PARTS)


@pytest.mark.parametrize("kind", ["date", "timestamp"])
def test_its_bytes_do_not_change_in_a_round_trip(kind: str, tmp_path: Path) -> None:
    canonical.dump(CalendarParts(kind).fit(pd.DataFrame({"sold": [1.0]})), tmp_path / "a")
    canonical.dump(canonical.load(tmp_path / "a"), tmp_path / "b")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
