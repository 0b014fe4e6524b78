"""Small data sets, preprocessors and models whose portable form is compared with scikit-learn."""

from typing import Any

import numpy as np
import onnxruntime
import pandas as pd
from numpy.typing import NDArray
from sklearn.compose import ColumnTransformer
from sklearn.preprocessing import OrdinalEncoder

from model import housing_models
from model.src import portable
from model.src.interval import IntervalRegressor
from plumbline.kernel.contract import Contract

LABELS = ("None", "good", "poor")
NUMBER = {"type": "number", "description": "", "unit": "u", "minimum": -1e9, "maximum": 1e9, "optional": True}
RULES = Contract.model_validate(
    {
        "identifier": "id",
        "target": {"name": "y", "type": "number", "description": "", "unit": "u", "minimum": 0, "maximum": 1e9},
        "columns": {
            "area": NUMBER,
            "age": NUMBER,
            "quality": {"type": "category", "description": "", "categories": LABELS, "optional": True},
        },
    }
)
SMALL_TREES = {"max_iter": 25, "max_leaf_nodes": 6, "min_samples_leaf": 5}


def frame(number: int, seed: int = 0) -> pd.DataFrame:
    """Draw rows: areas that single precision cannot hold, whole ages, some missing, and labels, some missing."""
    random = np.random.default_rng(seed)
    area = random.uniform(1, 200_000, number)
    age = np.round(random.normal(40, 20, number))
    age[random.uniform(size=number) < 0.2] = np.nan
    quality = random.choice([*LABELS, ""], number)
    y = np.exp(8 + area / 1e5 + 0.5 * (quality == "good") + random.normal(scale=0.1, size=number))
    return pd.DataFrame({"id": np.arange(number), "area": area, "age": age, "quality": quality.astype(object), "y": y})


def preprocessor(training: pd.DataFrame) -> ColumnTransformer:
    """Fit what the data room fits: numbers as they are, categories as the rank of their label, -1 for any other."""
    encoder = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, dtype=np.float64)
    steps = [("numbers", "passthrough", RULES.numbers), ("categories", encoder, RULES.categories)]
    known = training[training["quality"] != ""]
    return ColumnTransformer(steps, verbose_feature_names_out=False).fit(known[list(RULES.columns)])


def model(name: str, parameters: dict[str, Any], scale: str, training: pd.DataFrame) -> IntervalRegressor:
    """Fit an estimator with its interval on the preprocessed rows."""
    point = housing_models.build(name, parameters, [0, 1], [2], 0)
    spread = housing_models.build("hist_gradient_boosting", SMALL_TREES, [0, 1], [2], 0)
    fitted = IntervalRegressor(point, spread, target_scale=scale)
    X = preprocessor(training).transform(training[list(RULES.columns)])
    return fitted.fit(X, training["y"].to_numpy())


def wanted(fitted: IntervalRegressor, steps: ColumnTransformer, rows: pd.DataFrame) -> NDArray[np.float64]:
    """Give scikit-learn's answers."""
    return fitted.predict_interval(steps.transform(rows[list(RULES.columns)]))


def session(fitted: IntervalRegressor, steps: ColumnTransformer) -> onnxruntime.InferenceSession:
    """Load the portable form."""
    return onnxruntime.InferenceSession(portable.export(steps, fitted, RULES, "case").SerializeToString())


def answers(loaded: onnxruntime.InferenceSession, rows: pd.DataFrame) -> NDArray[np.float64]:
    """Give the portable form's answers."""
    return portable.answers(loaded, rows, RULES)
