"""The space of a search, and the search itself: seeded, and resumed where it was interrupted."""

import hashlib
from collections.abc import Callable, Iterable
from typing import Any, Literal, Self

import optuna
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.trial import FrozenTrial, TrialState, create_trial
from pydantic import Field, model_validator

from plumbline.kernel import jsonfile
from plumbline.kernel.config import Strict

Objective = Callable[[dict[str, Any]], float]
Each = Callable[[Objective, list[dict[str, Any]]], Iterable[float]]


class Dimension(Strict):
    """One parameter: a range of numbers, or a choice."""

    type: Literal["int", "float", "choice"]
    low: float | None = None
    high: float | None = None
    step: float | None = None
    log: bool = False
    choices: tuple[str | float | int | bool | None, ...] = ()

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if self.type == "choice":
            if not self.choices:
                raise ValueError("a choice needs `choices`")
        elif self.low is None or self.high is None or self.low > self.high:
            raise ValueError("a number needs `low` and `high`, in this order")
        return self

    def distribution(self) -> BaseDistribution:
        """Give the dimension as Optuna names it."""
        if self.type == "choice":
            return CategoricalDistribution(self.choices)
        low, high = self.low or 0.0, self.high or 0.0
        if self.type == "int":
            return IntDistribution(int(low), int(high), log=self.log, step=int(self.step or 1))
        return FloatDistribution(low, high, log=self.log, step=self.step)


class Search(Strict):
    """The content of model/configs/search.yaml."""

    estimator: str
    trials: int = Field(ge=1)
    seed: int
    folds: int = Field(ge=2)
    together: int = Field(default=1, ge=1)
    space: dict[str, Dimension] = Field(min_length=1)


def name(search: Search, data: str) -> str:
    """Name the study of a space on data with the hash `data`: another of either is another study."""
    content = jsonfile.dumps(search.model_dump(exclude={"trials"}) | {"data": data})
    return f"{search.estimator}-{hashlib.sha256(content).hexdigest()[:12]}"


def finished(study: optuna.Study) -> list[FrozenTrial]:
    """Give the trials that came to their end."""
    return study.get_trials(states=(TrialState.COMPLETE,))


def run(
    study_name: str,
    search: Search,
    storage: str,
    objective: Objective,
    told: Callable[[FrozenTrial], None],
    each: Each = map,
) -> optuna.Study:
    """Search until `search.trials` trials are finished, and take up those that were finished before.

    `search.together` trials are chosen knowing those before them and not one another, each by a sampler that is seeded
    with its number. So the choices depend neither on how many are tried at once, nor on which ends first, nor on
    whether the search was interrupted.

    Source: Bergstra, Bardenet, Bengio, Kégl (2011), "Algorithms for Hyper-Parameter Optimization", NeurIPS 24: the
    tree-structured Parzen estimator, as Optuna has it.

    Args:
        study_name: Under which the trials are kept.
        search: The space and the number of trials.
        storage: Database URL of the trials.
        objective: Gives the loss of a choice of parameters.
        told: Is told of each trial that was finished now.
        each: Gives the losses of choices that are made together, in their order.
    """
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(study_name=study_name, storage=storage, load_if_exists=True, direction="minimize")
    space = {key: dimension.distribution() for key, dimension in search.space.items()}
    while (count := len(done := finished(study))) < search.trials:
        known = done[: count - count % search.together]
        numbers = range(count, min(len(known) + search.together, search.trials))
        choices = [_choice(search.seed + number, known, space) for number in numbers]
        for choice, loss in zip(choices, each(objective, choices), strict=True):
            study.add_trial(create_trial(params=choice, distributions=space, value=loss))
            told(finished(study)[-1])
    return study


def _choice(seed: int, known: list[FrozenTrial], space: dict[str, BaseDistribution]) -> dict[str, Any]:
    """Choose the parameters of a trial, knowing some that are finished."""
    study = optuna.create_study(direction="minimize", sampler=optuna.samplers.TPESampler(seed=seed))
    study.add_trials(known)
    return study.ask(space).params
