"""The contract of a bundle: what is promised of a fitted model."""

import msgspec

from model.src.calibration import SET_METHOD, CalibratedClassifier
from model.src.models import Model
from plumbline.bundle import SCHEMA_VERSION
from plumbline.bundle.contract import (
    PROBABILITIES,
    Calibration,
    Column,
    Contract,
    Decision,
    Interval,
    PredictionSet,
    Target,
)
from plumbline.kernel import contract


def describe(rules: contract.Contract, model: Model, name: str) -> Contract:
    """Give the contract of a fitted model under the name `name`."""
    target = rules.target
    read = {key: value for key, value in target.describe().items() if key in ("label", "names", "format")}
    shown = {"name": target.name, "unit": target.unit or "", "description": target.description} | read
    columns = [{"name": column} | rule.describe() for column, rule in rules.columns.items()]
    promised = {"interval": Interval(model.coverage)} if rules.task == "regression" else _classes(model)
    return Contract(
        SCHEMA_VERSION,
        model=name,
        task=rules.task,
        target=msgspec.convert(shown | {"categories": target.categories, "positive": rules.positive}, Target),
        columns=msgspec.convert(columns, tuple[Column, ...]),
        json_schema=rules.json_schema(),
        decision=Decision(rules.decision.threshold, rules.decision.costs),
        **promised,
    )


def _classes(model: CalibratedClassifier) -> dict[str, object]:
    return {
        "outputs": PROBABILITIES,
        "prediction_set": PredictionSet(model.coverage, model.threshold_, SET_METHOD),
        "calibration": Calibration(model.method_, model.source),
    }
