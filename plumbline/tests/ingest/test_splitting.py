"""A split by group or time keeps together what belongs together, and later rows move none."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumbline.ingest.extract import Parameters
from plumbline.ingest.splitting import Split, split
from plumbline.kernel.config import parse
from plumbline.kernel.errors import PlumblineError

VISITS = pd.DataFrame(
    {
        "id": range(200),
        "customer": [f"c{n % 40}" for n in range(200)],
        "day": [f"2026-{1 + n // 20:02}-01" for n in range(200)],
        "year": [2000 + n // 20 for n in range(200)],
    }
)


@given(st.integers(1, 200))
def test_no_group_is_on_both_sides_and_later_rows_move_none(known: int) -> None:
    rule = Split(by="group", column="customer")
    training, evaluation = split(VISITS, "id", "salt", 20, rule)
    assert not set(training["customer"]) & set(evaluation["customer"])
    assert 0 < evaluation["customer"].nunique() < 20
    early = VISITS[VISITS["id"] < 40 + known]
    assert set(split(early, "id", "salt", 20, rule)[1]["id"]) == set(evaluation["id"]) & set(early["id"])


@pytest.mark.parametrize("rule", [{"column": "day", "since": "2026-09-01"}, {"column": "year", "since": 2008}])
def test_by_time_the_latest_rows_are_for_evaluation(rule: dict[str, object]) -> None:
    training, evaluation = split(VISITS, "id", "salt", 20, Split.model_validate({"by": "time", **rule}))
    assert list(training["id"]) == list(range(160))
    assert list(evaluation["id"]) == list(range(160, 200))


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"by": "group", "column": "client"}, "'client', which the query does not select"),
        ({"by": "group", "column": "partly"}, "missing in 1 rows"),
        ({"by": "time", "column": "year", "since": 2050}, "leaves 200 rows for training and 0 for evaluation"),
        ({"by": "time", "column": "year", "since": 1999}, "leaves 0 rows for training and 200 for evaluation"),
        ({"by": "group", "column": "planet"}, "choose a column with more values"),
    ],
)
def test_a_split_that_cannot_be_made_says_why(rule: dict[str, object], message: str) -> None:
    frame = VISITS.assign(planet="Earth", partly=VISITS["customer"].where(VISITS["id"] > 0))
    with pytest.raises(PlumblineError, match=message):
        split(frame, "id", "salt", 20, Split.model_validate(rule))


@pytest.mark.parametrize(("percent", "parts"), [(1, "3 rows for training and 0"), (99, "0 rows for training and 3")])
def test_so_few_rows_that_a_part_has_none_are_refused(percent: int, parts: str) -> None:
    with pytest.raises(PlumblineError, match=f"by identifier leaves {parts} for evaluation: take more rows") as caught:
        split(VISITS.head(3), "id", "salt", percent)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("rule", [{"by": "group"}, {"by": "time", "column": "year"}, {"column": "year"}])
def test_a_rule_that_is_not_complete_is_refused(rule: dict[str, object], parameters: Parameters) -> None:
    with pytest.raises(PlumblineError, match="split"):
        parse(Parameters, parameters.model_dump() | {"split": rule}, "here")
