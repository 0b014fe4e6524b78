"""The training pipeline's own preprocessor and model, as the peers serve them."""

from pathlib import Path
from typing import Any

import joblib
import pandas as pd

OUTPUTS = ("prediction", "lower", "upper")


class Pipeline:
    """Loads both files once and scores frames of raw rows."""

    def __init__(self, root: Path) -> None:
        self._preprocessor = joblib.load(root / "data/preprocessor.joblib")
        self._model = joblib.load(root / "model/artifacts/model.joblib")

    def score(self, frame: pd.DataFrame) -> list[dict[str, float]]:
        """Give prediction, lower and upper for each row."""
        names = list(self._preprocessor.feature_names_in_)
        features = self._preprocessor.transform(frame.reindex(columns=names))
        found: Any = self._model.predict_interval(features)
        return [dict(zip(OUTPUTS, row, strict=True)) for row in found.tolist()]
