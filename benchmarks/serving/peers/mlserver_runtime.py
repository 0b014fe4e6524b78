"""The model for MLServer: a runtime of the kind its documentation shows."""

import json
from pathlib import Path

import pandas as pd
from mlserver import MLModel
from mlserver.codecs import StringCodec
from mlserver.types import InferenceRequest, InferenceResponse

from benchmarks.serving.peers.pipeline import Pipeline


class Served(MLModel):
    """Takes rows as one JSON string."""

    async def load(self) -> bool:
        """Load the files of the working directory."""
        self.pipeline = Pipeline(Path())
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        """Score the rows."""
        (text,) = StringCodec.decode_input(payload.inputs[0])
        found = self.pipeline.score(pd.DataFrame.from_records(json.loads(text)))
        output = StringCodec.encode_output("predictions", [json.dumps(found)])
        return InferenceResponse(model_name=self.name, outputs=[output])
