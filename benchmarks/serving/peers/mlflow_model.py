"""The model for `mlflow models serve`: python -m benchmarks.serving.peers.mlflow_model FOLDER."""

import sys
from pathlib import Path
from typing import Any

import mlflow.pyfunc
import pandas as pd

from benchmarks.serving.peers.pipeline import Pipeline


class Served(mlflow.pyfunc.PythonModel):  # type: ignore[misc]
    """MLflow's wrapper around the pipeline."""

    def load_context(self, context: Any) -> None:  # noqa: ARG002 - named by MLflow
        """Load the files of the working directory."""
        self.pipeline = Pipeline(Path())

    def predict(self, context: Any, model_input: pd.DataFrame) -> Any:  # noqa: ARG002
        """Score the rows."""
        return self.pipeline.score(model_input)


if __name__ == "__main__":
    mlflow.pyfunc.save_model(sys.argv[1], python_model=Served(), pip_requirements=[])
