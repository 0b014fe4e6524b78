"""The page that a pull request shows."""

from typing import Any

import pandas as pd
import pytest

from plumbline.judge import report


def rule(name: str, verdict: str) -> dict[str, Any]:
    return {"rule": name, "figure": 0.25, "limit": "≤ 0.2 | strict", "verdict": verdict, "detail": ""}


def facts(**changes: Any) -> report.Facts:
    given: dict[str, Any] = {
        "base": "main",
        "gate": {"verdict": "pass", "rules": [rule("rmsle", "pass")]},
        "metrics": {"mae": 15000.0, "rmsle": 0.12},
        "base_metrics": {"mae": 14000.0},
        "slices": pd.DataFrame({"slice": ["North"], "rows": [40], "mae": [5.0], "mae_base": [4.0], "change": [0.25]}),
        "parameters": [("train.seed", "1", "2")],
        "lineage": {"branch": "feature"},
        "plots": ["predictions.png", "slices.png"],
    }
    return report.Facts(**(given | changes))


def test_the_first_line_is_the_verdict() -> None:
    page = report.render(facts())
    assert page.startswith("## Model: ")


def test_a_metric_shows_its_difference_and_a_new_one_has_none() -> None:
    page = report.render(facts())
    assert "| mae | 14000 | 15000 | +1000 |" in page
    assert "| rmsle |  | 0.12 |  |" in page


def test_a_refusal_names_the_rules() -> None:
    gate = {"verdict": "fail", "rules": [rule("rmsle", "fail"), rule("size", "pass"), rule("slices", "fail")]}
    page = report.render(facts(gate=gate))
    assert "The gate refuses this model: rmsle, slices." in page
    assert r"| rmsle | 0.25 | ≤ 0.2 \| strict | **fail** |" in page


def test_slices_and_parameters_that_changed_are_shown() -> None:
    page = report.render(facts())
    assert "| North | 40 | 4 | 5 | +25.0% |" in page
    assert "| train.seed | 1 | 2 |" in page


@pytest.mark.parametrize(
    ("slices", "sentence"),
    [
        (facts().slices.assign(change=0.0001), "No slice changed by 0.1% or more."),
        (facts().slices[["slice", "rows", "mae"]], "The slices of main are not known."),
    ],
)
def test_slices_with_nothing_to_compare_say_so(slices: pd.DataFrame, sentence: str) -> None:
    assert sentence in report.render(facts(slices=slices))


def test_the_slices_of_a_classification_are_shown_by_their_log_loss() -> None:
    slices = pd.DataFrame({"slice": ["North"], "rows": [40], "log_loss": [0.2512345]})
    page = report.render(facts(slices=slices, error="log_loss"))
    assert "| slice | rows | log_loss |" in page
    assert "| North | 40 | 0.2512 |" in page


def test_plots_are_addressed_where_they_were_published() -> None:
    page = report.render(facts(images="https://images.example/7/"))
    assert all(f"(https://images.example/7/{name})" in page for name in ("predictions.png", "slices.png"))
