"""The OpenAPI document of the predict service, made from the contract and from the structs of requests and answers."""

from typing import Any

import msgspec

from plumbline.bundle.contract import Contract
from services.common.answers import Alive, Description, Explanations, kind_of
from services.common.openapi import Rows, answer, components, ref, refusals
from services.predict.app.routes.health import Ready
from services.predict.app.routes.inference import InferenceResponse, ModelMetadata, ModelReady, Server
from services.predict.app.tensors import DATATYPES, InferenceRequest

_PROBLEMS = {
    "400": "The body is not JSON.",
    "408": "The body arrived too slowly.",
    "413": "The body is too long.",
    "415": "The body is not plain JSON.",
    "422": "The rows break the contract; every violation is listed.",
    "503": "No model is ready, or too many requests are waiting.",
}
_BODIES = (Rows, Explanations, Description, Alive, Ready)
_INFERENCE = (Server, ModelMetadata, ModelReady, InferenceRequest, InferenceResponse)


def document(contract: Contract) -> dict[str, Any]:
    """Make the document.

    Args:
        contract: Of the model that answers.
    """
    example = {"inputs": [contract.example()]}
    scored = kind_of(contract)
    target, model = contract.target.name, f"/v2/models/{contract.model}"
    explain = "Which fields moved the prediction, for at most 10 rows."
    infer = f"Predict {target} for each row of the tensors, one tensor for each column."
    return {
        "openapi": "3.1.0",
        "info": {"title": f"predict: {contract.model}", "version": "1"},
        "paths": {
            "/v1/predict": _post("predict", f"Predict {target} for each row.", Rows, example, scored),
            "/v1/explain": _post("explain", explain, Rows, example, Explanations),
            "/v1/model": _get("model", "The contract, lineage and release.", Description),
            "/livez": _get("livez", "Whether the process answers.", Alive),
            "/readyz": _get("readyz", "Which models answer.", Ready),
            "/v2": _get("server", "What the server is.", Server),
            model: _get("metadata", "The model's tensors.", ModelMetadata),
            f"{model}/ready": _get("ready", "Whether the model answers.", ModelReady),
            f"{model}/infer": _post("infer", infer, InferenceRequest, _tensors(contract), InferenceResponse),
        },
        "components": {"schemas": components(contract, scored, *_BODIES, *_INFERENCE)},
    }


def _tensors(contract: Contract) -> dict[str, Any]:
    """Give the contract's example in the form of the Open Inference Protocol."""
    row = contract.example()
    inputs = [
        {"name": column.name, "shape": [1, 1], "datatype": DATATYPES[column.type], "data": [row[column.name]]}
        for column in contract.columns
        if row.get(column.name) is not None
    ]
    return {"inputs": inputs}


def _get(name: str, summary: str, kind: type[msgspec.Struct]) -> dict[str, Any]:
    responses = {"200": answer(ref(kind))} | (refusals(_PROBLEMS, "503") if name != "livez" else {})
    return {"get": {"operationId": name, "summary": summary, "responses": responses}}


def _post(
    name: str, summary: str, body: type[msgspec.Struct], example: dict[str, Any], kind: type[msgspec.Struct]
) -> dict[str, Any]:
    content = {"application/json": {"schema": ref(body), "example": example}}
    return {
        "post": {
            "operationId": name,
            "summary": summary,
            "requestBody": {"required": True, "content": content},
            "responses": {"200": answer(ref(kind))} | refusals(_PROBLEMS, *_PROBLEMS),
        }
    }
