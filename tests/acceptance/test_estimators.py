"""The page of estimators says what is so; that two processes give the same bytes is tested in model/tests."""

import pytest

from tests.acceptance import estimators

pytestmark = [pytest.mark.needs("boosters"), pytest.mark.needs("scorer")]


def test_the_page_of_estimators_is_what_their_fits_give() -> None:
    """`python -m tests.acceptance.estimators` writes it anew."""
    assert estimators.render() == estimators.PAGE.read_text(encoding="utf-8")
