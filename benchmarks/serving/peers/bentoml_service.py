"""The model for BentoML."""

from pathlib import Path
from typing import Any

import bentoml
import pandas as pd

from benchmarks.serving.peers.pipeline import Pipeline


@bentoml.service(workers=1)
class Served:
    """A service as BentoML's documentation shows."""

    def __init__(self) -> None:
        self.pipeline = Pipeline(Path())

    @bentoml.api
    def predict(self, inputs: list[dict[str, Any]]) -> list[dict[str, float]]:
        """Score the rows."""
        return self.pipeline.score(pd.DataFrame.from_records(inputs))
