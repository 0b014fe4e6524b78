"""Rows that a model has answered, of each task."""

import numpy as np
import pandas as pd

from plumbline.bundle import SCHEMA_VERSION
from plumbline.bundle import contract as bundled
from plumbline.bundle.decision import Decider
from plumbline.kernel import classification
from plumbline.kernel.column import Column
from plumbline.kernel.contract import Contract, Target
from plumbline.kernel.metrics import Matrix

_COLUMNS = {"size": Column(type="number", description="Size.", unit="m²", minimum=0, maximum=1000)}
_PRICE = Target(name="price", type="integer", description="Price.", unit="$", minimum=1, maximum=9)
REGRESSION = Contract(identifier="id", target=_PRICE, columns=_COLUMNS)


def _classes(task: str, labels: tuple[str, ...]) -> Contract:
    target = Target(name="kind", type="category", description="Kind.", categories=labels)
    return Contract(task=task, identifier="id", target=target, columns=_COLUMNS)


BINARY = _classes("binary", ("no", "yes"))
MULTICLASS = _classes("multiclass", ("cheap", "fair", "dear"))


def scored(prediction: np.ndarray, actual: np.ndarray, slices: list[str] | None = None) -> pd.DataFrame:
    """Give rows of a regression whose intervals are a tenth of the prediction to either side."""
    return pd.DataFrame(
        {
            "slice": slices or ["all"] * len(actual),
            "actual": actual,
            "prediction": prediction,
            "lower": prediction * 0.9,
            "upper": prediction * 1.1,
        }
    )


def decider(rules: Contract, threshold: float = 0.8) -> Decider:
    """Decide by the most probable class, with sets of what has at least the probability 1 - `threshold`."""
    target = bundled.Target("kind", categories=rules.target.categories, positive=rules.positive)
    described = bundled.Contract(
        SCHEMA_VERSION,
        model="kinds",
        task=rules.task,
        target=target,
        columns=(bundled.Column(name="size", type="number", minimum=0, maximum=1000),),
        json_schema={},
        outputs=bundled.PROBABILITIES,
        prediction_set=bundled.PredictionSet(0.9, threshold, "given"),
    )
    return Decider(described)


def given(rules: Contract, actual: list[str], probabilities: Matrix, slices: list[str] | None = None) -> pd.DataFrame:
    """Give rows of a classification with these probabilities."""
    rows = pd.DataFrame({"slice": slices or ["all"] * len(actual), "actual": actual})
    return classification.judged(rows, probabilities, rules.target.categories, decider(rules))


def classified(rules: Contract, number: int, sharpness: float, slice_: str = "all", seed: int = 0) -> pd.DataFrame:
    """Draw classes of known log odds, answered by a model that knows the share `sharpness` of them."""
    labels = rules.target.categories
    random = np.random.default_rng(seed)
    z = random.normal(scale=2.0, size=(number, len(labels)))
    actual = np.argmax(z + random.gumbel(size=z.shape), axis=1)
    powers = np.exp(sharpness * z)
    return given(rules, [labels[k] for k in actual], powers / powers.sum(axis=1, keepdims=True), [slice_] * number)
