"""Each rule of the gate, by itself."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from plumbline.bundle import writing
from plumbline.judge import rules, slices
from plumbline.kernel import metrics
from plumbline.kernel.contract import Contract
from plumbline.kernel.errors import PlumblineError
from plumbline.tests.judge.scored import BINARY, MULTICLASS, REGRESSION, classified

CHAMPION = rules.Champion(compare=True, metric="rmsle", confidence=0.95, resamples=500, seed=1)
Scored = Callable[..., pd.DataFrame]


@pytest.fixture
def scored() -> Scored:
    def make(spread: float, seed: int = 1, slice_: str = "all") -> pd.DataFrame:
        actual = np.random.default_rng(0).uniform(50_000, 400_000, 300)
        prediction = actual * np.exp(np.random.default_rng(seed).normal(0, spread, 300))
        return pd.DataFrame(
            {
                "slice": slice_,
                "actual": actual,
                "prediction": prediction,
                "lower": prediction * np.exp(-1.2816 * spread),
                "upper": prediction * np.exp(1.2816 * spread),
            }
        )

    return make


def test_a_figure_inside_its_limits_passes_and_one_outside_fails(scored: Scored) -> None:
    limits = {"r2": rules.Bounds(minimum=0.8, maximum=1.0), "rmsle": rules.Bounds(maximum=0.05)}
    r2, rmsle = rules.absolute(scored(0.1), REGRESSION, limits)
    assert (r2.rule, r2.verdict, r2.limit) == ("r2", "pass", "≥ 0.8 and ≤ 1")
    assert (rmsle.rule, rmsle.verdict, rmsle.limit) == ("rmsle", "fail", "≤ 0.05")
    assert rmsle.figure == pytest.approx(0.1, rel=0.1)


@pytest.mark.parametrize(("promised", "verdict"), [(0.85, "pass"), (0.95, "fail"), (0.75, "fail")])
def test_the_coverage_is_held_against_what_the_bundle_promises(scored: Scored, promised: float, verdict: str) -> None:
    found = rules.coverage(scored(0.1), REGRESSION, promised, rules.Coverage(tolerance=0.05))
    assert found.figure == metrics.score(scored(0.1), REGRESSION)["coverage"]
    assert (found.rule, found.verdict, found.limit) == ("coverage", verdict, f"{promised:g} ± 0.05")


def test_an_interval_that_is_too_wide_fails_on_coverage(scored: Scored) -> None:
    rows = scored(0.1).assign(lower=0.0, upper=1e9)
    found = rules.coverage(rows, REGRESSION, 0.8, rules.Coverage(tolerance=0.08))
    assert (found.figure, found.verdict) == (1.0, "fail")


def test_a_fixed_limit_on_the_coverage_is_refused(scored: Scored) -> None:
    with pytest.raises(PlumblineError, match="the gate limits coverage; the metrics are"):
        rules.absolute(scored(0.1), REGRESSION, {"coverage": rules.Bounds(minimum=0.72)})


def test_a_figure_that_is_no_number_never_passes(scored: Scored) -> None:
    rows = scored(0.1).assign(upper=np.nan)
    (found,) = rules.absolute(rows, REGRESSION, {"width": rules.Bounds(maximum=1.0)})
    assert found.verdict == "fail"


def test_a_limit_on_a_metric_that_does_not_exist_is_named(scored: Scored) -> None:
    with pytest.raises(PlumblineError, match="limits accuracy; the metrics are rows, mae"):
        rules.absolute(scored(0.1), REGRESSION, {"accuracy": rules.Bounds(minimum=1)})


def test_without_a_champion_the_comparing_rules_pass_and_say_so(scored: Scored) -> None:
    rows = scored(0.1)
    found = rules.against_champion(rows, None, REGRESSION, CHAMPION, promotion=True)
    found.append(slices.worse(rows, None, REGRESSION, slices.Slices(rows=30, worse=0.1)))
    assert [(item.rule, item.verdict) for item in found] == [
        ("not-worse", "pass"),
        ("better-or-equal", "pass"),
        ("slices", "pass"),
    ]
    assert {item.detail for item in found} == {"no champion"}


def test_a_slightly_worse_model_may_be_merged_but_not_promoted(scored: Scored) -> None:
    # Given two models of one quality, the luckier of which is champion
    pair = [scored(0.1, seed=1), scored(0.1, seed=2)]
    champion, challenger = sorted(pair, key=lambda rows: metrics.score(rows, REGRESSION)["rmsle"])
    # When the other one is judged
    (merge,) = rules.against_champion(challenger, champion, REGRESSION, CHAMPION, promotion=False)
    promotion = rules.against_champion(challenger, champion, REGRESSION, CHAMPION, promotion=True)
    # Then it may be merged, for the difference may be chance, and may not replace the champion
    assert merge.verdict == "pass"
    assert {item.rule: item.verdict for item in promotion} == {"not-worse": "pass", "better-or-equal": "fail"}


def test_a_clearly_worse_model_is_refused_and_a_better_one_is_not(scored: Scored) -> None:
    good, bad = scored(0.08), scored(0.14, seed=2)
    assert [item.verdict for item in rules.against_champion(bad, good, REGRESSION, CHAMPION, promotion=True)] == [
        "fail",
        "fail",
    ]
    assert [item.verdict for item in rules.against_champion(good, bad, REGRESSION, CHAMPION, promotion=True)] == [
        "pass",
        "pass",
    ]


def test_with_a_margin_a_promotion_asks_for_evidence_and_not_for_luck(scored: Scored) -> None:
    pair = sorted([scored(0.1, seed=1), scored(0.1, seed=2)], key=lambda rows: metrics.score(rows, REGRESSION)["rmsle"])
    champion, challenger = pair
    # A generous margin lets the unlucky one of two equals pass; a narrow one lets neither, as nothing proves it.
    for margin, verdict in ((0.3, "pass"), (0.001, "fail")):
        limits = CHAMPION.model_copy(update={"margin": margin})
        _, found = rules.against_champion(challenger, champion, REGRESSION, limits, promotion=True)
        assert (found.rule, found.verdict) == ("non-inferior", verdict)
        assert found.limit.endswith(f"({margin:.1%} of the champion's)")


@pytest.mark.parametrize("contract", [BINARY, MULTICLASS], ids=["binary", "multiclass"])
def test_a_worse_classifier_is_refused_and_the_better_one_is_not(contract: Contract) -> None:
    limits = CHAMPION.model_copy(update={"metric": "log_loss"})
    good, bad = (classified(contract, 400, sharpness=sharpness) for sharpness in (1.0, 0.2))
    assert [item.verdict for item in rules.against_champion(bad, good, contract, limits, True)] == ["fail", "fail"]
    assert [item.verdict for item in rules.against_champion(good, bad, contract, limits, True)] == ["pass", "pass"]


def test_sets_may_hold_more_true_classes_than_promised_and_not_fewer() -> None:
    rows = classified(BINARY, 200, sharpness=1.0)
    for covered, verdict in ((1.0, "pass"), (0.5, "fail")):
        given = rows.assign(covered=np.arange(200) < 200 * covered)
        found = rules.coverage(given, BINARY, 0.9, rules.Coverage(tolerance=0.05))
        assert (found.figure, found.limit, found.verdict) == (covered, "≥ 0.85", verdict)


def test_a_bundle_over_its_budget_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"x" * 1000)
    writing.seal(tmp_path, {"model.onnx": b"x" * 1000})
    assert rules.size(tmp_path, rules.Budget(size=1000, latency=1)).verdict == "pass"
    over = rules.size(tmp_path, rules.Budget(size=999, latency=1))
    assert (over.figure, over.verdict, over.limit) == (1000, "fail", "≤ 999 bytes")


@pytest.mark.parametrize("perfect", [False, True])
def test_a_challenger_that_differs_in_the_last_digits_is_no_worse(scored: Scored, perfect: bool) -> None:
    champion = scored(0.1)
    champion = champion.assign(prediction=champion["actual"]) if perfect else champion
    errs = np.where(champion["prediction"] < champion["actual"], -1, 1)
    challenger = champion.assign(prediction=champion["prediction"] * (1 + 2e-15 * errs))
    found = rules.against_champion(challenger, champion, REGRESSION, CHAMPION, promotion=True)
    assert [item.verdict for item in found] == ["pass", "pass"]
    assert slices.worse(challenger, champion, REGRESSION, slices.Slices(rows=30, worse=0)).verdict == "pass"
