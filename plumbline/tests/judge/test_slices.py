"""A slice that got worse refuses a model, and one that only looks worse among many does not."""

import numpy as np
import pandas as pd
import pytest

from plumbline.judge import slices
from plumbline.judge.slices import Slices
from plumbline.kernel.contract import Contract
from plumbline.tests.judge.scored import BINARY, MULTICLASS, REGRESSION, classified, scored

LIMITS = Slices(rows=30, worse=0.2)


def priced(spread: float, label: str, seed: int = 1, number: int = 300) -> pd.DataFrame:
    actual = np.random.default_rng(0).uniform(50_000, 400_000, number)
    noise = np.exp(np.random.default_rng(seed).normal(0, spread, number))
    return scored(actual * noise, actual, [label] * number)


def test_adjusted_p_values_are_those_that_can_be_worked_out_by_hand() -> None:
    # Sorted 0.01, 0.02, 0.03, 0.04 times 4, 3, 2, 1, and never below the one before.
    found = slices.holm(np.array([0.04, 0.01, 0.03, 0.02]))
    assert found.tolist() == pytest.approx([0.06, 0.04, 0.06, 0.06])
    assert slices.holm(np.array([0.9, 0.8])).tolist() == [1.0, 1.0]


def test_the_slice_that_got_worse_is_named() -> None:
    champion = pd.concat([priced(0.1, "North"), priced(0.1, "South")])
    challenger = pd.concat([priced(0.1, "North"), priced(0.15, "South")])
    found = slices.worse(challenger, champion, REGRESSION, LIMITS)
    assert found.verdict == "fail"
    assert found.detail.startswith("South (300 rows) +49")
    assert "North" not in found.detail


@pytest.mark.parametrize("rules", [BINARY, MULTICLASS], ids=["binary", "multiclass"])
def test_a_class_of_rows_that_a_classifier_no_longer_knows_is_named(rules: Contract) -> None:
    champion = pd.concat([classified(rules, 300, 1.0, "North"), classified(rules, 300, 1.0, "South", seed=1)])
    challenger = pd.concat([classified(rules, 300, 1.0, "North"), classified(rules, 300, 0.1, "South", seed=1)])
    found = slices.worse(challenger, champion, rules, LIMITS)
    assert (found.verdict, found.detail.split(" (")[0]) == ("fail", "South")


def test_slices_of_few_rows_are_noise() -> None:
    challenger, champion = priced(0.9, "Small", number=29), priced(0.1, "Small", number=29)
    found = slices.worse(challenger, champion, REGRESSION, LIMITS)
    assert (found.verdict, found.detail) == ("pass", "no slice has enough rows")


@pytest.mark.parametrize("seed", range(3))
def test_among_many_slices_of_two_equal_models_none_refuses(seed: int) -> None:
    pairs = [
        [priced(0.1, f"S{number}", seed=1000 * seed + 2 * number + other, number=40) for other in (0, 1)]
        for number in range(40)
    ]
    challenger, champion = (pd.concat([pair[other] for pair in pairs]) for other in (0, 1))
    found = slices.worse(challenger, champion, REGRESSION, LIMITS)
    assert found.figure is not None
    assert found.figure > LIMITS.worse  # one of forty looks much worse by chance
    assert found.verdict == "pass"


def test_a_slice_whose_intervals_miss_is_named_and_one_that_misses_by_chance_is_not() -> None:
    held = pd.concat([priced(0.05, f"S{number}", seed=number, number=40) for number in range(20)])  # some 95 % are held
    assert slices.coverage(held, 0.95, 0.08, REGRESSION, LIMITS).verdict == "pass"
    missed = pd.concat([held, priced(0.3, "South")])
    found = slices.coverage(missed, 0.95, 0.08, REGRESSION, LIMITS)
    assert (found.rule, found.verdict, found.detail.split(" (")[0]) == ("slice-coverage", "fail", "South")


def test_without_a_champion_there_is_nothing_to_compare() -> None:
    assert slices.worse(priced(0.1, "all"), None, REGRESSION, LIMITS).detail == "no champion"
