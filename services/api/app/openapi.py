"""The OpenAPI document of the api service, made from the contract."""

from typing import Any

from services.common import problems
from services.common.contract import Contract

_TEXT = {"type": "string"}
_NUMBER = {"type": "number"}
_PROBLEMS = {
    "400": "The request is malformed.",
    "401": "There is no valid API key.",
    "403": "The API key lacks a scope.",
    "404": "There is no prediction of yours with this id.",
    "408": "The body arrived too slowly.",
    "409": "The request contradicts an earlier one.",
    "413": "The body is too long.",
    "415": "The body is of another type.",
    "422": "The input breaks the contract; every violation is listed.",
    "429": "The API key asks too often.",
    "503": "It cannot be done now; try again after a while.",
}
_GUARDED = ("401", "403", "429", "503")
_ID = {
    "name": "id",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "format": "uuid"},
}


def document(contract: Contract) -> dict[str, Any]:
    """Make the document.

    Args:
        contract: Of the model that is served.
    """
    target = contract.target.name
    return {
        "openapi": "3.1.0",
        "info": {"title": f"Predictions: {contract.model}", "version": "1"},
        "security": [{"key": []}],
        "paths": {
            "/v1/predictions": {
                "post": _create(contract),
                "get": {
                    "operationId": "listPredictions",
                    "summary": "Your predictions, the newest first.",
                    "parameters": [
                        _query("limit", {"type": "integer", "minimum": 1, "maximum": 200}),
                        _query("cursor", {"type": "string", "format": "uuid"}),
                    ],
                    "responses": _answers("200", _ref("Page"), "400", *_GUARDED),
                },
            },
            "/v1/predictions/{id}": {"get": _read("getPrediction", "One prediction with its lineage.", "Stored")},
            "/v1/predictions/{id}/explanation": {
                "get": _read("explainPrediction", "Which fields moved it.", "Explanation", "409")
            },
            "/v1/predictions/{id}/actual": {"post": _record(target)},
            "/v1/model": _get("getModel", "The contract, lineage and release.", _ref("Model")),
            "/livez": _get("livez", "Whether the process answers.", {"type": "object"}),
            "/readyz": _get("readyz", "Whether it can predict.", {"type": "object"}),
        },
        "components": {
            "schemas": _schemas(contract),
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    }


def _create(contract: Contract) -> dict[str, Any]:
    example = contract.example()
    examples = {"one": {"value": {"input": example}}, "several": {"value": {"inputs": [example]}}}
    key = {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "The same key with the same body is given the same answer.",
        "schema": {"type": "string", "pattern": "^[!-~]{1,128}$"},
    }
    answers = {"oneOf": [_ref("Prediction"), _ref("Predictions")]}
    refusals = ("400", "408", "409", "413", "415", "422", *_GUARDED)
    return {
        "operationId": "createPredictions",
        "summary": f"Predict {contract.target.name} for each row.",
        "parameters": [key],
        "requestBody": {
            "content": {"application/json": {"schema": _ref("Rows"), "examples": examples}},
            "required": True,
        },
        "responses": _answers("201", answers, *refusals),
    }


def _record(target: str) -> dict[str, Any]:
    bounds = {"minimum": -1e300, "maximum": 1e300}
    schema = _object(value=_NUMBER | bounds) | {"additionalProperties": False}
    recorded = _object(id=_TEXT, actual=_NUMBER)
    refusals = ("400", "404", "408", "409", "413", "415", "422", *_GUARDED)
    return {
        "operationId": "recordActual",
        "summary": f"Say what {target} turned out to be; once.",
        "parameters": [_ID],
        "requestBody": {"content": {"application/json": {"schema": schema}}, "required": True},
        "responses": _answers("200", recorded) | _answers("201", recorded, *refusals),
    }


def _read(name: str, summary: str, schema: str, *refusals: str) -> dict[str, Any]:
    return {
        "operationId": name,
        "summary": summary,
        "parameters": [_ID],
        "responses": _answers("200", _ref(schema), "404", *refusals, *_GUARDED),
    }


def _query(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": schema}


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
    return {"get": {"operationId": name, "summary": summary, "responses": responses, "security": []}}


def _answers(status: str, schema: dict[str, Any], *refusals: str) -> dict[str, Any]:
    answer = {"description": "The answer.", "content": {"application/json": {"schema": schema}}}
    content = {problems.MEDIA_TYPE: {"schema": _ref("Problem")}}
    return {status: answer} | {code: {"description": _PROBLEMS[code], "content": content} for code in refusals}


def _object(**properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}
