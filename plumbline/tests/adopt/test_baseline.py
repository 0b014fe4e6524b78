"""The gate asks of a first model what the table's split lets one reach, and less than that of no model."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from plumbline.adopt import baseline, query, source
from plumbline.adopt.baseline import Baseline
from plumbline.adopt.study import study
from plumbline.kernel.errors import PlumblineError

COUNT, EVALUATED = 600, 120


def measured(frame: pd.DataFrame, folder: Path, time: str | None = None, group: str | None = None) -> Baseline:
    """The baseline of the last column."""
    frame.to_csv(folder / "rows.csv", index=False)
    found = study(source.read(str(folder / "rows.csv"), folder), str(frame.columns[-1]), task=None, key=None)
    return baseline.measure(found, query.split_rule(found, time, group), EVALUATED)


def drawn(seed: int = 1) -> tuple[np.random.Generator, pd.DataFrame]:
    random = np.random.default_rng(seed)
    return random, pd.DataFrame({"key": range(COUNT), "size": random.normal(size=COUNT).round(3)})


def test_rows_at_random_cover_as_promised_and_their_chance_is_that_of_the_evaluation_set(tmp_path: Path) -> None:
    random, frame = drawn()
    found = measured(frame.assign(y=(5 * frame["size"] + random.normal(size=COUNT)).round(3)), tmp_path)
    assert found.figures["coverage"] == pytest.approx(baseline.COVERAGE, abs=0.005)
    assert found.deviations["coverage"] == pytest.approx((0.8 * 0.2 / EVALUATED) ** 0.5, rel=0.15)
    assert found.deviations["rmse"] == pytest.approx(found.figures["rmse"] / (2 * EVALUATED) ** 0.5, rel=0.3)
    assert baseline.tolerance(found, 0.08) == pytest.approx(0.11, abs=0.02)
    assert baseline.notes(found) == []


def test_rows_of_a_group_are_not_known_from_its_others(tmp_path: Path) -> None:
    random, frame = drawn()
    group = random.integers(0, 30, COUNT)
    apart = frame.assign(customer=[f"c{n}" for n in group], y=(frame["size"] + random.normal(0, 9, 30)[group]).round(3))
    at_random, whole = measured(apart, tmp_path), measured(apart, tmp_path, group="customer")
    assert at_random.figures["r2"] > 0.8
    assert whole.figures["r2"] < 0.2
    assert whole.deviations["rmse"] > 1.5 * at_random.deviations["rmse"]
    assert "cross-validated by customer, 80% intervals hold" in "".join(baseline.notes(whole))


def test_later_rows_are_predicted_from_earlier_ones_alone(tmp_path: Path) -> None:
    _, frame = drawn()
    rising = frame.assign(day=np.arange(COUNT), y=(frame["size"] + np.arange(COUNT) / 20).round(3))
    assert measured(rising, tmp_path).figures["r2"] > 0.9
    later = measured(rising, tmp_path, time="day")
    assert later.how == "on the rows from 480.0 on"
    assert later.figures["r2"] < 0
    assert set(baseline.limits(later)) == {"rmse"}


@pytest.mark.parametrize("strength", [0.5, 5.0])
def test_one_answer_to_every_row_is_refused_where_anything_can_be_learned(tmp_path: Path, strength: float) -> None:
    random, frame = drawn()
    noise = random.normal(size=COUNT)
    number = measured(frame.assign(y=(strength * 2 * frame["size"] + noise).round(3)), tmp_path)
    two = measured(frame.assign(y=np.where(strength * 2 * frame["size"] + noise > 0, "yes", "no")), tmp_path)
    assert 0 < baseline.limits(number)["r2"]["minimum"] < number.figures["r2"]
    assert 0.5 < baseline.limits(two)["roc_auc"]["minimum"] < two.figures["roc_auc"]


def test_where_nothing_can_be_learned_no_limit_asks_for_it_and_a_note_says_so(tmp_path: Path) -> None:
    random, frame = drawn()
    found = measured(frame.assign(y=random.normal(size=COUNT).round(3)), tmp_path)
    assert set(baseline.limits(found)) == {"rmse"}
    assert "the baseline is no better than one answer to every row" in "".join(baseline.notes(found))


def test_later_rows_of_one_class_alone_are_measured_by_what_there_is_of_them(tmp_path: Path) -> None:
    random, frame = drawn()
    early = np.where(random.random(COUNT) < 0.5, "yes", "no")
    late = frame.assign(day=np.arange(COUNT), y=np.where(np.arange(COUNT) < 450, early, "no"))
    found = measured(late, tmp_path, time="day")
    assert set(found.figures) == {"log_loss", "accuracy", "coverage"}
    assert set(found.deviations.values()) == {0.0}


def test_training_of_one_class_alone_is_refused(tmp_path: Path) -> None:
    _, frame = drawn()
    late = frame.assign(day=np.arange(COUNT), y=np.where(np.arange(COUNT) < 500, "no", "yes"))
    with pytest.raises(PlumblineError, match="training would have rows of one class alone"):
        measured(late, tmp_path, time="day")
