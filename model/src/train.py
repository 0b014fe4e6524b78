"""Train the model on the features."""

from plumbline.kernel import runtime

if __name__ == "__main__":
    runtime.pin()  # before the imports below take seconds that a new start would take again

import argparse
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from model import housing_models
from model.src import features
from model.src.features import Features
from model.src.interval import IntervalRegressor
from plumbline.kernel import canonical, contract, log, stage
from plumbline.kernel.config import Strict, section
from plumbline.kernel.errors import PlumblineError


class Parameters(Strict):
    """The section `train` of model/params.yaml."""

    estimator: str
    target_scale: Literal["log", "identity"]
    seed: int
    coverage: float = Field(gt=0, lt=1)
    folds: int = Field(ge=2)
    spread: dict[str, Any]
    estimators: dict[str, dict[str, Any]]


def train(data: Features, parameters: Parameters) -> IntervalRegressor:
    """Fit the estimator that the parameters name, with its interval.

    Raises:
        PlumblineError: The estimator or one of its parameters is not known.
    """

    def build(name: str, own: dict[str, Any]) -> Any:
        try:
            return housing_models.build(name, own, data.numbers, data.categories, parameters.seed)
        except KeyError:
            known = ", ".join(housing_models.ESTIMATORS)
            raise PlumblineError(f"train.estimator is {name!r}; known are {known}") from None
        except TypeError as error:
            raise PlumblineError(f"the parameters of {name}: {error}") from None

    name = parameters.estimator
    if name not in parameters.estimators:
        raise PlumblineError(f"train.estimators of model/params.yaml has no entry {name!r}")
    model = IntervalRegressor(
        point=build(name, parameters.estimators[name]),
        spread=build("hist_gradient_boosting", parameters.spread),
        coverage=parameters.coverage,
        folds=parameters.folds,
        seed=parameters.seed,
        target_scale=parameters.target_scale,
    )
    if parameters.target_scale == "log" and data.y.min() <= 0:
        raise PlumblineError("train.target_scale is log, and a target is not positive")
    return model.fit(data.X, data.y)


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
    model = train(data, parameters)
    canonical.dump(model, arguments.output)
    logger.info("fitted", output=str(arguments.output), quantile=round(model.quantile_, 4))


if __name__ == "__main__":
    stage.run(main)
