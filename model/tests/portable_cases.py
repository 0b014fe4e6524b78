"""Small data sets, preprocessors and models whose portable form is compared with the model itself."""

from typing import Any

import numpy as np
import onnxruntime
import pandas as pd
from numpy.typing import NDArray
from sklearn.compose import ColumnTransformer
from sklearn.preprocessing import OrdinalEncoder

from model import housing_models
from model.src import features, models, portable
from model.src.calibration import CalibratedClassifier
from model.src.interval import IntervalRegressor
from model.src.models import Model
from plumbline.kernel.contract import Contract

LABELS = ("None", "good", "poor")
CLASSES = {"binary": ("no", "yes"), "multiclass": ("cheap", "fair", "dear")}
TASKS = ("regression", *CLASSES)
NUMBER = {"type": "number", "description": "", "unit": "u", "minimum": -1e9, "maximum": 1e9, "optional": True}
_COLUMNS = {
    "area": NUMBER,
    "age": NUMBER,
    "quality": {"type": "category", "description": "", "categories": LABELS, "optional": True},
}
RULES = Contract.model_validate(
    {
        "identifier": "id",
        "target": {"name": "y", "type": "number", "description": "", "unit": "u", "minimum": 0, "maximum": 1e9},
        "columns": _COLUMNS,
    }
)
SMALL_TREES = {"max_iter": 25, "max_leaf_nodes": 6, "min_samples_leaf": 5}


def rules(task: str) -> Contract:
    """Give the contract of the rows for a task."""
    if task == "regression":
        return RULES
    target = {"name": "y", "type": "category", "description": "", "categories": CLASSES[task]}
    return Contract.model_validate({"task": task, "identifier": "id", "target": target, "columns": _COLUMNS})


def frame(number: int, seed: int = 0, task: str = "regression") -> pd.DataFrame:
    """Draw rows: areas that single precision cannot hold, whole ages, some missing, and labels, some missing."""
    random = np.random.default_rng(seed)
    area = random.uniform(1, 200_000, number)
    age = np.round(random.normal(40, 20, number))
    age[random.uniform(size=number) < 0.2] = np.nan
    quality = random.choice([*LABELS, ""], number)
    y = np.exp(8 + area / 1e5 + 0.5 * (quality == "good") + random.normal(scale=0.1, size=number))
    drawn = pd.DataFrame({"id": np.arange(number), "area": area, "age": age, "quality": quality.astype(object), "y": y})
    if task == "regression":
        return drawn
    noisy = np.log(y) + random.normal(scale=0.6, size=number)
    labels = np.array(CLASSES[task], dtype=object)
    return drawn.assign(y=labels[np.digitize(noisy, [9.2] if task == "binary" else [8.8, 9.7])])


def preprocessor(training: pd.DataFrame) -> ColumnTransformer:
    """Fit what the data room fits: numbers as they are, categories as the rank of their label, -1 for any other."""
    encoder = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, dtype=np.float64)
    steps = [("numbers", "passthrough", RULES.numbers), ("categories", encoder, RULES.categories)]
    known = training[training["quality"] != ""]
    return ColumnTransformer(steps, verbose_feature_names_out=False).fit(known[list(RULES.columns)])


def data(training: pd.DataFrame, task: str = "regression") -> features.Features:
    """Give rows as the data room hands them over."""
    X = preprocessor(training).transform(training[list(RULES.columns)])
    positions = {label: k for k, label in enumerate(CLASSES.get(task, ()))}
    y = training["y"].map(positions).to_numpy(dtype=np.float64) if positions else training["y"].to_numpy()
    return features.Features(list(RULES.columns), [2], training["id"].to_numpy(), X, y)


def unfitted(name: str, parameters: dict[str, Any], scale: str = "log", task: str = "regression") -> Model:
    """Build an estimator with its interval, or calibrated."""
    point = housing_models.build(name, task, parameters, [0, 1], [2], 0)
    if task != "regression":
        return CalibratedClassifier(point, folds=3)
    spread = housing_models.build("hist_gradient_boosting", task, SMALL_TREES, [0, 1], [2], 0)
    return IntervalRegressor(point, spread, target_scale=scale)


def model(name: str, parameters: dict[str, Any], scale: str, training: pd.DataFrame, task: str = "regression") -> Model:
    """Fit an estimator on the preprocessed rows."""
    given = data(training, task)
    return unfitted(name, parameters, scale, task).fit(given.X, given.y)


def wanted(fitted: Model, steps: ColumnTransformer, rows: pd.DataFrame) -> NDArray[np.float64]:
    """Give the model's own answers."""
    return models.expected(fitted, steps.transform(rows[list(RULES.columns)]))


def session(fitted: Model, steps: ColumnTransformer, task: str = "regression") -> onnxruntime.InferenceSession:
    """Load the portable form."""
    return portable.session(portable.export(steps, fitted, rules(task), "case"))


def answers(loaded: onnxruntime.InferenceSession, rows: pd.DataFrame, task: str = "regression") -> NDArray[np.float64]:
    """Give the portable form's answers."""
    return portable.answers(loaded, rows, rules(task))
