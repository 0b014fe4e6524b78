"""The OpenAPI document of the predict service, made from the contract."""

from typing import Any

from plumbline.bundle.contract import Contract
from services.common import problems
from services.common.openapi import NUMBER, object_of, ref
from services.predict.app import openapi_v2

_PROBLEMS = {
    "400": "The body is not JSON.",
    "408": "The body arrived too slowly.",
    "413": "The body is too long.",
    "415": "The body is not plain JSON.",
    "422": "The rows break the contract; every violation is listed.",
    "503": "No model is ready, or too many requests are waiting.",
}


def document(contract: Contract) -> dict[str, Any]:
    """Make the document.

    Args:
        contract: Of the model that answers.
    """
    example = {"inputs": [contract.example()]}
    rows = {
        "type": "object",
        "properties": {"inputs": {"type": "array", "minItems": 1, "items": ref("Row")}},
        "required": ["inputs"],
        "additionalProperties": False,
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": f"predict: {contract.model}", "version": "1"},
        "paths": {
            "/v1/predict": {
                "post": {
                    "operationId": "predict",
                    "summary": f"Predict {contract.target.name} for each row.",
                    "requestBody": {
                        "required": True,
                        "content": {"application/json": {"schema": rows, "example": example}},
                    },
                    "responses": {"200": _json(ref("Predictions"))} | _refusals(*_PROBLEMS),
                }
            },
            "/v1/explain": {
                "post": {
                    "operationId": "explain",
                    "summary": "Which fields moved the prediction, for at most 10 rows.",
                    "requestBody": {
                        "required": True,
                        "content": {"application/json": {"schema": rows, "example": example}},
                    },
                    "responses": {"200": _json(ref("Explanations"))} | _refusals(*_PROBLEMS),
                }
            },
            "/v1/model": _get("model", "The contract, lineage and release.", ref("Model")),
            "/livez": _get("livez", "Whether the process answers.", {"type": "object"}),
            "/readyz": _get("readyz", "Which models answer.", {"type": "object"}),
            **_inference(contract),
        },
        "components": {
            "schemas": {
                "Row": contract.row_schema(),
                "Identity": object_of(
                    name={"type": "string"},
                    version={"type": ["string", "null"]},
                    bundle_sha256={"type": "string"},
                ),
                "Prediction": object_of(prediction=NUMBER, lower=NUMBER, upper=NUMBER),
                "Predictions": object_of(
                    model=ref("Identity"),
                    predictions={"type": "array", "items": ref("Prediction")},
                ),
                "Explanations": object_of(
                    model=ref("Identity"),
                    explanations={
                        "type": "array",
                        "items": object_of(
                            prediction=NUMBER,
                            baseline=NUMBER,
                            contributions={"type": "object", "additionalProperties": NUMBER},
                        ),
                    },
                ),
                "Model": object_of(
                    model=ref("Identity"),
                    contract={"type": "object"},
                    lineage={"type": "object"},
                    release={"type": ["object", "null"]},
                ),
                "Problem": problems.schema(),
            }
        },
    }


def _inference(contract: Contract) -> dict[str, Any]:
    paths: dict[str, Any] = {
        path: _get(name, summary, answer) for path, (name, summary, answer) in openapi_v2.gets(contract).items()
    }
    paths[f"/v2/models/{contract.model}/infer"] = {
        "post": {
            "operationId": "infer",
            "summary": f"Predict {contract.target.name} for each row of the tensors, one tensor for each column.",
            "requestBody": {"required": True, "content": {"application/json": openapi_v2.request(contract)}},
            "responses": {"200": _json(openapi_v2.answer())} | _refusals(*_PROBLEMS),
        }
    }
    return paths


def _get(name: str, summary: str, schema: dict[str, Any]) -> dict[str, Any]:
    responses = {"200": _json(schema)} | (_refusals("503") if name != "livez" else {})
    return {"get": {"operationId": name, "summary": summary, "responses": responses}}


def _refusals(*statuses: str) -> dict[str, Any]:
    content = {problems.MEDIA_TYPE: {"schema": ref("Problem")}}
    return {status: {"description": _PROBLEMS[status], "content": content} for status in statuses}


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": "The answer.", "content": {"application/json": {"schema": schema}}}
