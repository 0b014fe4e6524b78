"""The Open Inference Protocol's part of the OpenAPI document.

Source: https://github.com/kserve/open-inference-protocol, specification/protocol/open_inference_rest.yaml.
"""

from typing import Any

from plumbline.bundle.contract import Contract
from services.common.openapi import NUMBER, TEXT, array_of, object_of
from services.predict.app.tensors import DATATYPES

_SHAPE = array_of({"type": "integer"})


def gets(contract: Contract) -> dict[str, tuple[str, str, dict[str, Any]]]:
    """Give operation id, summary and answer of each path that is read.

    Args:
        contract: Of the model that answers.
    """
    model = f"/v2/models/{contract.model}"
    server = object_of(name=TEXT, version=TEXT, extensions=array_of(TEXT))
    tensors = array_of(object_of(name=TEXT, datatype=TEXT, shape=_SHAPE))
    metadata = object_of(name=TEXT, versions=array_of(TEXT), platform=TEXT, inputs=tensors, outputs=tensors)
    ready = object_of(name=TEXT, ready={"type": "boolean"})
    return {
        "/v2": ("server", "What the server is.", server),
        model: ("metadata", "The model's tensors.", metadata),
        f"{model}/ready": ("ready", "Whether the model answers.", ready),
    }


def request(contract: Contract) -> dict[str, Any]:
    """Describe the body of an inference request, with an example.

    Args:
        contract: Of the model that answers.
    """
    tensor = object_of(name=TEXT, shape=_SHAPE, datatype=TEXT)
    tensor["properties"]["data"] = {"type": "array", "description": "Absent if the values are behind the JSON."}
    row = contract.example()
    inputs = [
        {"name": column.name, "shape": [1, 1], "datatype": DATATYPES[column.type], "data": [row[column.name]]}
        for column in contract.columns
        if row.get(column.name) is not None
    ]
    return {"schema": object_of(inputs=array_of(tensor) | {"minItems": 1}), "example": {"inputs": inputs}}


def answer() -> dict[str, Any]:
    """Describe the answer to an inference request."""
    tensor = object_of(name=TEXT, datatype=TEXT, shape=_SHAPE, data=array_of(NUMBER))
    return object_of(model_name=TEXT, outputs=array_of(tensor))
