import datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumbline.bundle import moments as served
from plumbline.kernel import moments

UTC = st.just(datetime.UTC)


@given(st.dates())
def test_a_date_is_its_days_and_the_services_count_alike(date: datetime.date) -> None:
    days = moments.days(date.isoformat())
    assert days == served.days(date.isoformat()) == (date - datetime.date(1970, 1, 1)).days
    assert moments.text(days, "date") == date.isoformat()


@given(st.datetimes(datetime.datetime(1900, 1, 1), datetime.datetime(2200, 1, 1), timezones=UTC))
def test_a_timestamp_is_its_seconds_and_comes_back_to_the_microsecond(moment: datetime.datetime) -> None:
    text = moment.isoformat().replace("+00:00", "Z")
    seconds = moments.seconds(text)
    assert seconds == served.seconds(text) == moment.timestamp()
    assert moments.text(seconds, "timestamp") == text


def test_an_offset_is_respected_and_a_timestamp_without_one_is_refused_by_services() -> None:
    assert served.seconds("2026-01-31T12:00:00+02:00") == served.seconds("2026-01-31T10:00:00Z")
    for text in ("2026-01-31T12:00:00", "2026-01-31", "20260131T120000Z", "2026-01-31 12:00:00Z", "now"):
        with pytest.raises(ValueError, match=r"timestamp|isoformat"):
            served.seconds(text)
    for text in ("20260131", "2026-W05-6", "31.1.2026", "2026-02-30"):
        with pytest.raises(ValueError, match=r"date|day"):
            served.days(text)


def test_a_column_has_nan_where_a_cell_is_no_moment() -> None:
    cells = pd.Series(["1970-01-02", "", "2026-02-30", "02.01.1970", "1969-12-31"])
    found = moments.numbers(cells, "date")
    assert np.array_equal(found, [1.0, np.nan, np.nan, np.nan, -1.0], equal_nan=True)
