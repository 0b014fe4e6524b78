"""Train the model on the features."""

from plumbline.kernel import runtime

if __name__ == "__main__":
    runtime.pin()  # before the imports below take seconds that a new start would take again

import argparse
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import Field

from model import housing_models
from model.src import dry_run, features
from model.src.calibration import CalibratedClassifier
from model.src.features import Features
from model.src.interval import IntervalRegressor
from plumbline.kernel import canonical, contract, log, stage
from plumbline.kernel.config import Strict, section
from plumbline.kernel.contract import Contract
from plumbline.kernel.errors import PlumblineError


class Parameters(Strict):
    """The section `train` of model/params.yaml.

    Attributes:
        coverage: Of the interval, or of the set of classes.
        folds: Of the cross-fitting that interval, calibration and sets come from.
        target_scale: On which a regression learns.
        spread: The parameters of the trees that learn how far off a regression is.
        estimators: The parameters of each estimator, as far as they are not the library's own.
    """

    estimator: str
    seed: int
    coverage: float = Field(gt=0, lt=1)
    folds: int = Field(ge=2)
    target_scale: Literal["log", "identity"] = "identity"
    spread: dict[str, Any] = Field(default_factory=dict)
    estimators: dict[str, dict[str, Any]]


def train(data: Features, parameters: Parameters, rules: Contract) -> IntervalRegressor | CalibratedClassifier:
    """Fit the estimator that the parameters name: with its interval, or calibrated.

    Raises:
        PlumblineError: The estimator or one of its parameters is not known, it has no portable form, or the rows are
            not enough.
    """
    name = parameters.estimator
    point = estimator(name, parameters.estimators.get(name, {}), data, parameters.seed, rules)
    shared: dict[str, Any] = {"coverage": parameters.coverage, "folds": parameters.folds, "seed": parameters.seed}
    model: IntervalRegressor | CalibratedClassifier
    if rules.task == "regression":
        if parameters.target_scale == "log" and data.y.min() <= 0:
            raise PlumblineError("train.target_scale is log, and a target is not positive")
        spread = estimator("hist_gradient_boosting", parameters.spread, data, parameters.seed, rules)
        model = IntervalRegressor(point, spread, target_scale=parameters.target_scale, **shared)
    else:
        refuse_rare(data, rules, parameters.folds)
        model = CalibratedClassifier(point, **shared)
    dry_run.check(model, name, data.X, data.y)
    return model.fit(data.X, data.y)


def estimator(name: str, parameters: dict[str, Any], data: Features, seed: int, rules: Contract) -> Any:
    """Build an unfitted estimator of the features.

    Raises:
        PlumblineError: It or one of its parameters is not known.
    """
    try:
        return housing_models.build(name, rules.task, parameters, data.numbers, data.categories, seed)
    except KeyError:
        known = ", ".join(housing_models.ESTIMATORS)
        raise PlumblineError(f"train.estimator is {name!r}; known are {known}") from None
    except TypeError as error:
        raise PlumblineError(f"the parameters of {name}: {error}") from None


def refuse_rare(data: Features, rules: Contract, folds: int) -> None:
    """Refuse classes of fewer rows than there are folds.

    Raises:
        PlumblineError: Names them.
    """
    counts = np.bincount(data.y.astype(int), minlength=len(rules.target.categories)).tolist()
    rare = [f"{label} ({count})" for label, count in zip(rules.target.categories, counts, strict=True) if count < folds]
    if rare:
        raise PlumblineError(
            f"each class of {rules.target.name} needs {folds} rows of training, one a fold; too few have"
            f" {', '.join(rare)}: collect more, lower train.folds, or take the class out of data/contract.yaml"
        )


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--features", type=Path, default=Path("data/features/train.parquet"))
    parser.add_argument("--contract", type=Path, default=Path("data/contract.yaml"))
    parser.add_argument("--params", type=Path, default=Path("model/params.yaml"))
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    rules = contract.read(arguments.contract)
    parameters = section(Parameters, arguments.params, "train")
    data = features.read(arguments.features, rules)
    logger = log.get("train")
    logger.info("fitting", estimator=parameters.estimator, rows=len(data.y), folds=parameters.folds)
    model = train(data, parameters, rules)
    canonical.dump(model, arguments.output)
    logger.info("fitted", output=str(arguments.output), **model.summary)


if __name__ == "__main__":
    stage.run(main)
