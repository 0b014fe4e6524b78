"""The search: seeded, resumed, and its winner where `train` reads it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from model.src import search, train, tune
from model.src.search import Each, Objective, Search
from model.tests import portable_cases as cases
from plumbline import tracking
from plumbline.kernel.config import parse, read_yaml, section
from plumbline.kernel.errors import PlumblineError

ROOT = Path(__file__).parents[2]
PARAMS = (ROOT / "model/params.yaml").read_text()


@pytest.fixture
def bowl(tmp_path: Path) -> Callable[..., list[dict[str, Any]]]:
    """Search the lowest point of a bowl; give the choices of all finished trials."""

    def look(
        storage: str, trials: int, end_after: int | None = None, seed: int = 1, together: int = 1, each: Each = map
    ) -> list[dict[str, Any]]:
        space = {"x": {"type": "float", "low": -5, "high": 5}, "n": {"type": "int", "low": 1, "high": 9}}
        content = {"estimator": "toy", "trials": trials, "seed": seed, "folds": 2, "together": together}
        wanted, calls = parse(Search, content | {"space": space}, "search"), 0

        def loss(choice: dict[str, Any]) -> float:
            nonlocal calls
            calls += 1
            if end_after is not None and calls > end_after:
                raise KeyboardInterrupt
            return float((choice["x"] - 2) ** 2 + choice["n"])

        study = search.run("toy", wanted, f"sqlite:///{tmp_path}/{storage}.db", loss, lambda _: None, each)
        return [trial.params for trial in search.finished(study)]

    return look


@pytest.mark.parametrize("together", [1, 4, 5])
def test_an_interrupted_search_comes_to_the_same_trials(
    bowl: Callable[..., list[dict[str, Any]]], together: int
) -> None:
    whole = bowl("whole", 15, together=together)
    with pytest.raises(KeyboardInterrupt):
        bowl("broken", 15, end_after=13, together=together)  # within a round, where there are any
    resumed = bowl("broken", 15, end_after=2, together=together)  # no more than the two that are left
    assert resumed == whole
    assert len(whole) == 15


def test_more_trials_go_on_as_if_all_had_been_asked_for(bowl: Callable[..., list[dict[str, Any]]]) -> None:
    bowl("more", 14, together=4)
    assert bowl("more", 18, together=4) == bowl("whole", 18, together=4)


def test_trials_that_are_chosen_together_may_end_in_any_order(bowl: Callable[..., list[dict[str, Any]]]) -> None:
    def backwards(loss: Objective, choices: list[dict[str, Any]]) -> list[float]:
        return [loss(choice) for choice in reversed(choices)][::-1]

    assert bowl("backwards", 15, together=4, each=backwards) == bowl("forwards", 15, together=4)
    assert bowl("other", 15) != bowl("forwards", 15, together=4)


@pytest.mark.parametrize("task", cases.TASKS)
def test_the_loss_of_each_task_prefers_what_learns(task: str) -> None:
    settings = section(train.Parameters, ROOT / "model/params.yaml", "train").model_copy(update={"estimators": {}})
    data, losses = cases.data(cases.frame(300, task=task), task), {}
    for name in ("dummy", "linear"):
        space = {"x": {"type": "int", "low": 1, "high": 2}}
        content = {"estimator": name, "trials": 1, "seed": 1, "folds": 3, "space": space}
        losses[name] = tune.objective(data, parse(Search, content, "search"), settings, cases.rules(task))({})
    assert losses["linear"] < 0.85 * losses["dummy"]


def test_another_seed_is_another_search(bowl: Callable[..., list[dict[str, Any]]]) -> None:
    assert bowl("one", 3, seed=1) != bowl("two", 3, seed=2)


def test_another_space_or_other_data_is_another_study_and_more_trials_are_not() -> None:
    wanted = parse(Search, read_yaml(ROOT / "model/configs/search.yaml"), "search")
    assert search.name(wanted, "aa") == search.name(wanted.model_copy(update={"trials": 99}), "aa")
    assert search.name(wanted, "aa") != search.name(wanted, "bb")
    assert search.name(wanted, "aa") != search.name(wanted.model_copy(update={"seed": 7}), "aa")


@pytest.mark.parametrize(
    ("dimension", "complaint"),
    [
        ({"type": "float", "low": 1}, "space.x: .*a number needs `low` and `high`"),
        ({"type": "int", "low": 5, "high": 1}, "in this order"),
        ({"type": "choice"}, "a choice needs `choices`"),
        ({"type": "float", "low": 0, "high": 1, "max": 2}, "space.x.max: Extra inputs"),
    ],
)
def test_a_space_that_is_no_space_is_refused(dimension: dict[str, Any], complaint: str) -> None:
    content = {"estimator": "toy", "trials": 1, "seed": 1, "folds": 2, "space": {"x": dimension}}
    with pytest.raises(PlumblineError, match=complaint):
        parse(Search, content, "search.yaml")


def test_the_winner_is_written_where_train_reads_it_and_nothing_else_changes(tmp_path: Path) -> None:
    params = tmp_path / "params.yaml"
    params.write_text(PARAMS)
    tune.write({"learning_rate": 0.07, "max_leaf_nodes": 5}, "hist_gradient_boosting", params)
    changed = set(params.read_text().splitlines()) - set(PARAMS.splitlines())
    assert {line.strip() for line in changed} == {"learning_rate: 0.07", "max_leaf_nodes: 5"}
    read = section(train.Parameters, params, "train")
    assert read.estimators["hist_gradient_boosting"]["learning_rate"] == 0.07
    assert read.spread["learning_rate"] == 0.05


def test_each_trial_is_a_run_nested_in_the_one_run_of_its_study(mlflow_uri: str, tmp_path: Path) -> None:
    assert mlflow_uri
    space = {"x": {"type": "float", "low": 0, "high": 1}}
    for trials in (2, 3):  # the second time resumes
        content = {"estimator": "toy", "trials": trials, "seed": 1, "folds": 2, "space": space}
        wanted = parse(Search, content, "search")
        tracker = tune.Tracker("toy-study", wanted)
        study = search.run("toy", wanted, f"sqlite:///{tmp_path}/tune.db", lambda c: float(c["x"]), tracker.trial)
        tracker.winner(study.best_trial)
    runs = tracking.client().search_runs([tracking.experiment("tune")])
    parents = [run for run in runs if "study" in run.data.tags]
    children = [run for run in runs if "mlflow.parentRunId" in run.data.tags]
    assert len(parents) == 1
    assert [run.data.tags["mlflow.parentRunId"] for run in children] == [parents[0].info.run_id] * 3
    assert parents[0].data.metrics["loss"] == min(run.data.metrics["loss"] for run in children)
