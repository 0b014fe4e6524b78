"""Search the parameters of the estimator and write the winner into model/params.yaml, which `train` reads."""

from plumbline.kernel import runtime

if __name__ == "__main__":
    runtime.pin()  # before the imports below take seconds that a new start would take again

import argparse
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import optuna
from mlflow.entities import Metric, Param
from optuna.trial import FrozenTrial
from ruamel.yaml import YAML
from sklearn.model_selection import KFold, cross_val_predict

from model.src import calibration, features, search, train
from model.src.features import Features
from model.src.search import Objective, Search
from plumbline import tracking
from plumbline.kernel import contract, hashing, log, raylets, stage
from plumbline.kernel.config import parse, read_yaml, section
from plumbline.kernel.contract import Contract
from plumbline.kernel.files import whole

_STORAGE = "sqlite:///.plumbline/tune.db"
_EXPERIMENT = "tune"
_STUDY = "study"  # the tag of the run that holds a study's trials


def objective(data: Features, wanted: Search, settings: train.Parameters, rules: Contract) -> Objective:
    """Give the loss: the cross-validated root mean squared error on the scale that a regression learns on, or log loss.

    Raises:
        PlumblineError: A class has fewer rows than there are folds.
    """
    fixed = settings.estimators.get(wanted.estimator, {})

    def build(choice: dict[str, Any]) -> Any:
        return train.estimator(wanted.estimator, fixed | choice, data, settings.seed, rules)

    if rules.task != "regression":
        train.refuse_rare(data, rules, wanted.folds)
        classes = data.y.astype(int)

        def log_loss(choice: dict[str, Any]) -> float:
            found = calibration.cross_fitted_margins(build(choice), data.X, classes, wanted.folds, wanted.seed)
            return calibration.log_loss(found, classes)

        return log_loss

    z = np.log(data.y) if settings.target_scale == "log" else data.y
    folds = KFold(wanted.folds, shuffle=True, random_state=wanted.seed)

    def squared(choice: dict[str, Any]) -> float:
        return float(np.sqrt(np.mean((cross_val_predict(build(choice), data.X, z, cv=folds) - z) ** 2)))

    return squared


class Tracker:
    """Logs a study as one MLflow run, and each of its trials as a run nested in it."""

    def __init__(self, study: str, wanted: Search) -> None:
        self._server = tracking.client()
        self._experiment = tracking.experiment(_EXPERIMENT)
        found = self._server.search_runs([self._experiment], f"tags.{_STUDY} = '{study}'", max_results=1)
        run = found[0] if found else self._server.create_run(self._experiment, run_name=study, tags={_STUDY: study})
        self.run: str = run.info.run_id
        if not found:
            self._server.log_param(self.run, "estimator", wanted.estimator)

    def trial(self, trial: FrozenTrial) -> None:
        """Log one finished trial."""
        tags = {"mlflow.parentRunId": self.run}
        child = self._server.create_run(self._experiment, run_name=f"trial {trial.number}", tags=tags).info.run_id
        self._server.log_batch(
            child,
            metrics=[_metric("loss", trial.value)],
            params=[Param(name, str(value)) for name, value in trial.params.items()],
        )
        self._server.set_terminated(child)
        log.get("tune").info("trial", number=trial.number, loss=trial.value, **trial.params)

    def winner(self, trial: FrozenTrial) -> None:
        """Log the winner to the study's own run, and end it."""
        self._server.log_batch(self.run, metrics=[_metric("loss", trial.value)])
        for name, value in trial.params.items():
            self._server.set_tag(self.run, f"best.{name}", str(value))
        self._server.set_terminated(self.run)


def write(winner: dict[str, Any], estimator: str, params: Path) -> None:
    """Write a choice of parameters into the parameters file; comments and all else stay as they are."""
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 120
    yaml.indent(mapping=2, sequence=4, offset=2)
    content = yaml.load(params.read_text(encoding="utf-8"))
    content["train"]["estimators"].setdefault(estimator, {}).update(winner)
    content["train"]["estimator"] = estimator
    with whole(params) as partial, partial.open("w", encoding="utf-8") as file:
        yaml.dump(content, file)


def _metric(name: str, value: float | None) -> Metric:
    return Metric(name, value, 0, 0)


@tracking.explained
def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--search", type=Path, default=Path("model/configs/search.yaml"))
    parser.add_argument("--features", type=Path, default=Path("data/features/train.parquet"))
    parser.add_argument("--contract", type=Path, default=Path("data/contract.yaml"))
    parser.add_argument("--params", type=Path, default=Path("model/params.yaml"), help="where the winner is written")
    parser.add_argument("--trials", type=int, help="instead of what the search file says")
    parser.add_argument("--storage", default=_STORAGE, help="database URL of the finished trials")
    given = parser.parse_args()
    wanted = parse(Search, read_yaml(given.search), str(given.search))
    if given.trials:
        wanted = wanted.model_copy(update={"trials": given.trials})
    rules = contract.read(given.contract)
    settings = section(train.Parameters, given.params, "train")
    data = features.read(given.features, rules)
    study = search.name(wanted, hashing.digest(given.features))
    tracker = Tracker(study, wanted)
    loss = objective(data, wanted, settings, rules)
    with ExitStack() as stack:
        each: search.Each = stack.enter_context(raylets.joined()).map if raylets.wanted() else map
        found: optuna.Study = search.run(study, wanted, given.storage, loss, tracker.trial, each)
    tracker.winner(found.best_trial)
    write(found.best_params, wanted.estimator, given.params)
    log.get("tune").info("winner written", output=str(given.params), loss=found.best_value, **found.best_params)


if __name__ == "__main__":
    stage.run(main)
