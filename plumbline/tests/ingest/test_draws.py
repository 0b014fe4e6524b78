"""Drawn columns depend on the seed and their name alone, and are spread as they say."""

import numpy as np
import pytest

from plumbline.ingest.draws import Draws, bell_variance

COUNT = 50_000


def test_a_column_is_the_same_however_many_rows_there_are_and_another_under_another_name_or_seed() -> None:
    few = Draws(1, 100).whole("km", 0, 1_000)
    assert list(Draws(1, 200).whole("km", 0, 1_000)[:100]) == list(few)
    assert list(few[:5]) == [436, 921, 805, 352, 916]
    assert list(Draws(1, 100).whole("minutes", 0, 1_000)) != list(few)
    assert list(Draws(2, 100).whole("km", 0, 1_000)) != list(few)


def test_a_table_that_is_drawn_in_parts_is_the_one_that_is_drawn_at_once() -> None:
    at_once = Draws(1, 100).early("km", 0, 1_000)
    parts = [Draws(1, count, first).early("km", 0, 1_000) for first, count in ((0, 30), (30, 1), (31, 69))]
    assert list(np.concatenate(parts)) == list(at_once)


def test_whole_numbers_are_as_likely_and_small_ones_likelier_where_that_is_asked() -> None:
    draws = Draws(3, COUNT)
    shares = np.bincount(draws.whole("one", 5, 9), minlength=10) / COUNT
    assert shares == pytest.approx([0] * 5 + [0.2] * 5, abs=0.01)
    early = draws.early("two", 0, 9)
    assert (early.min(), early.max()) == (0, 9)
    # The product of two uniform shares is below x with probability x - x log x.
    assert (early < 5).mean() == pytest.approx(0.5 - 0.5 * np.log(0.5), abs=0.01)


def test_choices_follow_their_weights() -> None:
    chosen = Draws(4, COUNT).chosen("which", (1, 0, 3))
    assert np.bincount(chosen) / COUNT == pytest.approx([0.25, 0, 0.75], abs=0.01)
    assert Draws(4, COUNT).one_in("missing", 20).mean() == pytest.approx(0.05, abs=0.005)


def test_a_bell_has_the_variance_that_is_computed() -> None:
    noise = Draws(5, COUNT).bell("noise", 150, 6)
    assert noise.mean() == pytest.approx(0, abs=3)
    assert noise.var() == pytest.approx(bell_variance(150, 6), rel=0.02)
