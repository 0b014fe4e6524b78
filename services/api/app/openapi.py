"""The OpenAPI document of the api service, made from the contract."""

from typing import Any

from plumbline.bundle.contract import Contract
from services.api.app import customers, tables
from services.common import problems
from services.common.openapi import NUMBER, TEXT, object_of, ref

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
_REFERENCE = {"type": "string", "pattern": f"^{customers.PATTERN}$"}
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
                    "responses": _answers("200", ref("Page"), "400", *_GUARDED),
                },
            },
            "/v1/predictions/{id}": {"get": _read("getPrediction", "One prediction with its lineage.", "Stored")},
            "/v1/predictions/{id}/explanation": {
                "get": _read("explainPrediction", "Which fields moved it.", "Explanation", "409")
            },
            "/v1/predictions/{id}/actual": {"post": _record(target)},
            "/v1/customers/{reference}": {"delete": _forget()},
            "/v1/model": _get("getModel", "The contract, lineage and release.", ref("Model")),
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
    customer = {
        "name": customers.HEADER,
        "in": "header",
        "description": "Your own reference of whom the rows are about; predictions can be deleted by it.",
        "schema": _REFERENCE,
    }
    answers = {"oneOf": [ref("Prediction"), ref("Predictions")]}
    responses = _answers("201", answers, "400", "408", "409", "413", "415", "422", *_GUARDED)
    responses["201"]["content"][tables.MEDIA_TYPE] = {"schema": TEXT}  # if the request accepts it
    return {
        "operationId": "createPredictions",
        "summary": f"Predict {contract.target.name} for each row.",
        "parameters": [key, customer],
        "requestBody": {
            "content": {
                "application/json": {"schema": ref("Rows"), "examples": examples},
                tables.MEDIA_TYPE: {"schema": TEXT, "example": tables.example(contract)},
            },
            "required": True,
        },
        "responses": responses,
    }


def _record(target: str) -> dict[str, Any]:
    bounds = {"minimum": -1e300, "maximum": 1e300}
    schema = object_of(value=NUMBER | bounds) | {"additionalProperties": False}
    recorded = object_of(id=TEXT, actual=NUMBER)
    refusals = ("400", "404", "408", "409", "413", "415", "422", *_GUARDED)
    return {
        "operationId": "recordActual",
        "summary": f"Say what {target} turned out to be; once.",
        "parameters": [_ID],
        "requestBody": {"content": {"application/json": {"schema": schema}}, "required": True},
        "responses": _answers("200", recorded) | _answers("201", recorded, *refusals),
    }


def _forget() -> dict[str, Any]:
    return {
        "operationId": "forgetCustomer",
        "summary": "Delete your predictions about a customer, with their inputs and actuals.",
        "parameters": [{"name": "reference", "in": "path", "required": True, "schema": _REFERENCE}],
        "responses": _answers("200", object_of(deleted={"type": "integer", "minimum": 0}), "400", *_GUARDED),
    }


def _read(name: str, summary: str, schema: str, *refusals: str) -> dict[str, Any]:
    return {
        "operationId": name,
        "summary": summary,
        "parameters": [_ID],
        "responses": _answers("200", ref(schema), "404", *refusals, *_GUARDED),
    }


def _query(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": schema}


def _schemas(contract: Contract) -> dict[str, Any]:
    closed = {"additionalProperties": False}
    rows = {"type": "array", "minItems": 1, "items": ref("Row")}
    interval = object_of(lower=NUMBER, upper=NUMBER, coverage=NUMBER)
    item = {"id": {"type": "string", "format": "uuid"}, "prediction": NUMBER, "interval": interval}
    origin = {
        "target": TEXT,
        "unit": TEXT,
        "created_at": {"type": "string", "format": "date-time"},
        "model": ref("Identity"),
        "lineage": {"type": "object"},
    }
    return {
        "Row": contract.row_schema(),
        "Rows": {"oneOf": [object_of(input=ref("Row")) | closed, object_of(inputs=rows) | closed]},
        "Identity": object_of(name=TEXT, version={"type": ["string", "null"]}, bundle_sha256=TEXT),
        "Prediction": object_of(**item, **origin),
        "Predictions": object_of(predictions={"type": "array", "items": object_of(**item)}, **origin),
        "Model": object_of(
            model=ref("Identity"),
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
    content = {problems.MEDIA_TYPE: {"schema": ref("Problem")}}
    return {status: answer} | {code: {"description": _PROBLEMS[code], "content": content} for code in refusals}
