"""A search on a Ray cluster comes to the trials of one without it, however many cores there are and are lost."""

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from model.src import search, train, tune
from model.src.search import Each, Objective, Search
from model.tests import portable_cases as cases
from plumbline.kernel import raylets
from plumbline.kernel.config import parse, section
from plumbline.testing import ray_cluster
from plumbline.testing.ray_cluster import Raylet
from plumbline.testing.repository import ROOT
from tests.acceptance.story import until

pytestmark = [pytest.mark.slow, pytest.mark.needs("ray")]
TRIALS, TOGETHER = 14, 4
SPACE = {
    "learning_rate": {"type": "float", "low": 0.02, "high": 0.5, "log": True},
    "max_leaf_nodes": {"type": "int", "low": 3, "high": 24},
}


def held(loss: Objective, began: Path | None, choice: dict[str, Any]) -> float:
    """Give the loss: once a trial has begun on a raylet that is going to be killed, and never on that one."""
    while began and os.environ.get("RAYLET") == "lost":
        began.touch()
        time.sleep(1)
    if began:
        until("a trial has begun there", began.exists)
    return loss(choice)


@pytest.fixture
def look(tmp_path: Path) -> Callable[..., list[tuple[dict[str, Any], float]]]:
    """Search; give the choices and losses of all trials, in their order."""
    settings = section(train.Parameters, ROOT / "model/params.yaml", "train").model_copy(update={"estimators": {}})
    content = {"estimator": "hist_gradient_boosting", "trials": TRIALS, "seed": 1, "folds": 2, "together": TOGETHER}
    wanted = parse(Search, content | {"space": SPACE}, "search")
    loss = tune.objective(cases.data(cases.frame(300)), wanted, settings, cases.RULES)

    def run(name: str, each: Each = map, began: Path | None = None) -> list[tuple[dict[str, Any], float]]:
        told: list[int] = []
        storage, objective = f"sqlite:///{tmp_path}/{name}.db", partial(held, loss, began)
        study = search.run("toy", wanted, storage, objective, lambda trial: told.append(trial.number), each)
        assert told == list(range(TRIALS))
        return [(trial.params, trial.value) for trial in search.finished(study)]

    return run


def test_one_two_and_four_cores_and_a_lost_raylet_come_to_the_same_trials(
    look: Callable[..., list[tuple[dict[str, Any], float]]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = look("alone")
    assert len({value for _, value in alone}) > TRIALS / 2  # the choice makes a difference
    with ray_cluster.head() as (head, folder):
        monkeypatch.setenv("RAY_ADDRESS", head.address)
        more: list[Raylet] = []
        try:
            with raylets.joined() as cluster, ThreadPoolExecutor(1) as thread:
                assert look("one", cluster.map) == alone
                more.append(Raylet(folder, head.address, mark="lost"))
                asked = thread.submit(look, "lost", cluster.map, tmp_path / "began")
                until("a trial has begun there", lambda: asked.done() or (tmp_path / "began").exists())
                more[-1].kill()
                assert asked.result() == alone
                for name, cores in (("two", 1), ("four", 2)):
                    more.append(Raylet(folder, head.address, cores, name))
                    assert look(name, cluster.map) == alone
        finally:
            for raylet in more:
                raylet.stop()
