"""The usual FastAPI service: pydantic, pandas and the joblib files."""

from pathlib import Path
from typing import Any

import pandas as pd
from fastapi import FastAPI
from pydantic import BaseModel

from benchmarks.serving.peers.pipeline import Pipeline

pipeline = Pipeline(Path())
app = FastAPI()


class Body(BaseModel):
    """Rows by column."""

    inputs: list[dict[str, Any]]


@app.get("/health")
async def health() -> dict[str, str]:
    """Say that the process answers."""
    return {"status": "alive"}


@app.post("/predict")
def predict(body: Body) -> list[dict[str, float]]:
    """Score the rows."""
    return pipeline.score(pd.DataFrame.from_records(body.inputs))
