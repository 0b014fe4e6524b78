"""The OpenAPI document of the api service, made from the contract."""

from typing import Any

from services.common import problems
from services.common.contract import Contract

_TEXT = {"type": "string"}
_NUMBER = {"type": "number"}
_PROBLEMS = {
    "400": "The body is not JSON.",
    "408": "The body arrived too slowly.",
    "413": "The body is too long.",
    "415": "The body is of another type.",
    "422": "The rows break the contract; every violation is listed.",
    "503": "No prediction can be made now; try again after a while.",
}


def document(contract: Contract) -> dict[str, Any]:
    """Make the document.

    Args:
        contract: Of the model that is served.
    """
    body = {
        "content": {
            "application/json": {
                "schema": _ref("Rows"),
                "examples": {
                    "one": {"value": {"input": contract.example()}},
                    "several": {"value": {"inputs": [contract.example()]}},
                },
            }
        },
        "required": True,
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": f"Predictions: {contract.model}", "version": "1"},
        "paths": {
            "/v1/predictions": {
                "post": {
                    "operationId": "createPredictions",
                    "summary": f"Predict {contract.target.name} for each row.",
                    "requestBody": body,
                    "responses": _answers("201", {"oneOf": [_ref("Prediction"), _ref("Predictions")]}, *_PROBLEMS),
                }
            },
            "/v1/model": _get("getModel", "The contract, lineage and release.", _ref("Model")),
            "/livez": _get("livez", "Whether the process answers.", {"type": "object"}),
            "/readyz": _get("readyz", "Whether it can predict.", {"type": "object"}),
        },
        "components": {"schemas": _schemas(contract)},
    }


def _schemas(contract: Contract) -> dict[str, Any]:
    row = {key: value for key, value in contract.json_schema.items() if key != "$schema"}
    closed = {"additionalProperties": False}
    rows = {"type": "array", "minItems": 1, "items": _ref("Row")}
    interval = _object(lower=_NUMBER, upper=_NUMBER, coverage=_NUMBER)
    item = {"id": {"type": "string", "format": "uuid"}, "prediction": _NUMBER, "interval": interval}
    origin = {
        "target": _TEXT,
        "unit": _TEXT,
        "created_at": {"type": "string", "format": "date-time"},
        "model": _ref("Identity"),
        "lineage": {"type": "object"},
    }
    return {
        "Row": row,
        "Rows": {"oneOf": [_object(input=_ref("Row")) | closed, _object(inputs=rows) | closed]},
        "Identity": _object(name=_TEXT, version={"type": ["string", "null"]}, bundle_sha256=_TEXT),
        "Prediction": _object(**item, **origin),
        "Predictions": _object(predictions={"type": "array", "items": _object(**item)}, **origin),
        "Model": _object(
            model=_ref("Identity"),
            contract={"type": "object"},
            lineage={"type": "object"},
            release={"type": ["object", "null"]},
        ),
        "Problem": problems.schema(),
    }


def _get(name: str, summary: str, schema: dict[str, Any]) -> dict[str, Any]:
    refusals = () if name == "livez" else ("503",)
    responses = _answers("200", schema, *refusals)
    return {"get": {"operationId": name, "summary": summary, "responses": responses}}


def _answers(status: str, schema: dict[str, Any], *refusals: str) -> dict[str, Any]:
    answer = {"description": "The answer.", "content": {"application/json": {"schema": schema}}}
    content = {problems.MEDIA_TYPE: {"schema": _ref("Problem")}}
    return {status: answer} | {code: {"description": _PROBLEMS[code], "content": content} for code in refusals}


def _object(**properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}
