"""Each rule of the gate, by itself."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from plumbline.bundle import writing
from plumbline.judge import rules
from plumbline.kernel import column, contract, metrics
from plumbline.kernel.errors import PlumblineError

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
    r2, rmsle = rules.absolute(scored(0.1), limits)
    assert (r2.rule, r2.verdict, r2.limit) == ("r2", "pass", "≥ 0.8 and ≤ 1")
    assert (rmsle.rule, rmsle.verdict, rmsle.limit) == ("rmsle", "fail", "≤ 0.05")
    assert rmsle.figure == pytest.approx(0.1, rel=0.1)


@pytest.mark.parametrize(("promised", "verdict"), [(0.85, "pass"), (0.95, "fail"), (0.75, "fail")])
def test_the_coverage_is_held_against_what_the_bundle_promises(scored: Scored, promised: float, verdict: str) -> None:
    found = rules.coverage(scored(0.1), promised, rules.Coverage(tolerance=0.05))
    assert found.figure == metrics.score(scored(0.1))["coverage"]
    assert (found.rule, found.verdict, found.limit) == ("coverage", verdict, f"{promised:g} ± 0.05")


def test_an_interval_that_is_too_wide_fails_on_coverage(scored: Scored) -> None:
    rows = scored(0.1).assign(lower=0.0, upper=1e9)
    found = rules.coverage(rows, 0.8, rules.Coverage(tolerance=0.08))
    assert (found.figure, found.verdict) == (1.0, "fail")


def test_a_fixed_limit_on_the_coverage_is_refused(scored: Scored) -> None:
    with pytest.raises(PlumblineError, match="the gate limits coverage; the metrics are"):
        rules.absolute(scored(0.1), {"coverage": rules.Bounds(minimum=0.72)})


def test_a_figure_that_is_no_number_never_passes(scored: Scored) -> None:
    rows = scored(0.1).assign(upper=np.nan)
    (found,) = rules.absolute(rows, {"width": rules.Bounds(maximum=1.0)})
    assert found.verdict == "fail"


def test_a_limit_on_a_metric_that_does_not_exist_is_named(scored: Scored) -> None:
    with pytest.raises(PlumblineError, match="limits accuracy; the metrics are rows, mae"):
        rules.absolute(scored(0.1), {"accuracy": rules.Bounds(minimum=1)})


def test_without_a_champion_the_comparing_rules_pass_and_say_so(scored: Scored) -> None:
    rows = scored(0.1)
    found = rules.against_champion(rows, None, CHAMPION, promotion=True)
    found.append(rules.by_slice(rows, None, rules.Slices(rows=30, worse=0.1)))
    assert [(item.rule, item.verdict) for item in found] == [
        ("not-worse", "pass"),
        ("better-or-equal", "pass"),
        ("slices", "pass"),
    ]
    assert {item.detail for item in found} == {"no champion"}


def test_a_slightly_worse_model_may_be_merged_but_not_promoted(scored: Scored) -> None:
    # Given two models of one quality, the luckier of which is champion
    pair = [scored(0.1, seed=1), scored(0.1, seed=2)]
    champion, challenger = sorted(pair, key=lambda rows: metrics.score(rows)["rmsle"])
    # When the other one is judged
    (merge,) = rules.against_champion(challenger, champion, CHAMPION, promotion=False)
    promotion = rules.against_champion(challenger, champion, CHAMPION, promotion=True)
    # Then it may be merged, for the difference may be chance, and may not replace the champion
    assert merge.verdict == "pass"
    assert {item.rule: item.verdict for item in promotion} == {"not-worse": "pass", "better-or-equal": "fail"}


def test_a_clearly_worse_model_is_refused_and_a_better_one_is_not(scored: Scored) -> None:
    good, bad = scored(0.08), scored(0.14, seed=2)
    assert [item.verdict for item in rules.against_champion(bad, good, CHAMPION, promotion=True)] == ["fail", "fail"]
    assert [item.verdict for item in rules.against_champion(good, bad, CHAMPION, promotion=True)] == ["pass", "pass"]


def test_the_slice_that_got_worse_is_named(scored: Scored) -> None:
    champion = pd.concat([scored(0.1, slice_="North"), scored(0.1, slice_="South")])
    challenger = pd.concat([scored(0.1, slice_="North"), scored(0.15, slice_="South")])
    found = rules.by_slice(challenger, champion, rules.Slices(rows=30, worse=0.2))
    assert found.verdict == "fail"
    assert found.detail.startswith("South (300 rows) +49")
    assert "North" not in found.detail


def test_a_bundle_over_its_budget_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"x" * 1000)
    writing.seal(tmp_path, {"model.onnx": b"x" * 1000})
    assert rules.size(tmp_path, rules.Budget(size=1000, latency=1)).verdict == "pass"
    over = rules.size(tmp_path, rules.Budget(size=999, latency=1))
    assert (over.figure, over.verdict, over.limit) == (1000, "fail", "≤ 999 bytes")


@pytest.fixture
def columns() -> contract.Contract:
    size = column.Column(type="number", description="Size.", unit="m²", minimum=0, maximum=1000)
    color = column.Column(type="category", description="Color.", categories=("red", "blue"))
    price = contract.Target(name="price", type="integer", description="Price.", unit="$", minimum=1, maximum=9)
    return contract.Contract(identifier="id", target=price, columns={"size": size, "color": color})


def table(*rows: tuple[int, float, str, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["id", "size", "color", "price"])


@pytest.mark.parametrize(
    ("row", "leaks"),
    [
        ((3, 5.0, "red", 7.0), False),
        ((1, 5.0, "red", 7.0), True),  # the identifier of another row of training
        ((3, 1.0, "red", 2.0), True),  # training's first row under another identifier
        ((3, float("nan"), "blue", 3.0), True),  # the same where a number is missing
        ((3, 1.0, "blue", 2.0), False),
    ],
)
def test_a_row_that_training_has_seen_is_found(
    columns: contract.Contract, row: tuple[int, float, str, float], leaks: bool
) -> None:
    training = table((1, 1.0, "red", 2.0), (2, float("nan"), "blue", 3.0))
    found = rules.leakage(training, table((4, 9.0, "red", 1.0), row), columns, rules.Leakage(rows=0))
    assert (found.figure, found.verdict) == ((1, "fail") if leaks else (0, "pass"))
    assert (str(row[0]) in found.detail) == leaks
