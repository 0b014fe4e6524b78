"""The OpenAPI document of the api service, made from the contract and from the structs of requests and answers."""

from typing import Any

import msgspec

from plumbline.bundle.contract import Contract
from services.api.app import customers, tables
from services.api.app.answers import Deleted, Page, Prediction, Predictions, Recorded, StoredPrediction, WhatIf
from services.api.app.routes.health import Ready
from services.api.app.routes.history import Actual
from services.common.answers import Alive, Description, Explanation
from services.common.openapi import OneRow, Rows, answer, components, ref, refusals

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
_BODIES = (OneRow, Rows, Actual, Prediction, Predictions, StoredPrediction, Page, Recorded, Deleted, WhatIf)
_GUARDED = ("401", "403", "429", "503")
_TEXT = {"type": "string"}
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
                    "responses": {"200": answer(ref(Page))} | refusals(_PROBLEMS, "400", *_GUARDED),
                },
            },
            "/v1/predictions/{id}": {"get": _read("getPrediction", "One prediction, with lineage.", StoredPrediction)},
            "/v1/predictions/{id}/explanation": {
                "get": _read("explainPrediction", "Which fields moved it.", Explanation, "409")
            },
            "/v1/predictions/{id}/actual": {"post": _record(target)},
            "/v1/what-if": {"post": _imagine(contract)},
            "/v1/customers/{reference}": {"delete": _forget()},
            "/v1/model": _get("getModel", "The contract, lineage and release.", Description),
            "/livez": _get("livez", "Whether the process answers.", Alive),
            "/readyz": _get("readyz", "Whether it can predict.", Ready),
        },
        "components": {
            "schemas": components(contract, *_BODIES, Explanation, Description, Alive, Ready),
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    }


def _create(contract: Contract) -> dict[str, Any]:
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
    created = answer({"oneOf": [ref(Prediction), ref(Predictions)]})
    created["content"][tables.MEDIA_TYPE] = {"schema": _TEXT}  # if the request accepts it
    statuses = ("400", "408", "409", "413", "415", "422", *_GUARDED)
    return {
        "operationId": "createPredictions",
        "summary": f"Predict {contract.target.name} for each row.",
        "parameters": [key, customer],
        "requestBody": _rows(contract),
        "responses": {"201": created} | refusals(_PROBLEMS, *statuses),
    }


def _imagine(contract: Contract) -> dict[str, Any]:
    statuses = ("400", "408", "413", "415", "422", *_GUARDED)
    return {
        "operationId": "whatIf",
        "summary": f"What {contract.target.name} would be, and why; nothing is stored.",
        "requestBody": _rows(contract),
        "responses": {"200": answer(ref(WhatIf))} | refusals(_PROBLEMS, *statuses),
    }


def _rows(contract: Contract) -> dict[str, Any]:
    """Describe a body of one row, of several, or of a table."""
    example = contract.example()
    examples = {"one": {"value": {"input": example}}, "several": {"value": {"inputs": [example]}}}
    return {
        "content": {
            "application/json": {"schema": {"oneOf": [ref(OneRow), ref(Rows)]}, "examples": examples},
            tables.MEDIA_TYPE: {"schema": _TEXT, "example": tables.example(contract)},
        },
        "required": True,
    }


def _record(target: str) -> dict[str, Any]:
    recorded = answer(ref(Recorded))
    statuses = ("400", "404", "408", "409", "413", "415", "422", *_GUARDED)
    return {
        "operationId": "recordActual",
        "summary": f"Say what {target} turned out to be; once.",
        "parameters": [_ID],
        "requestBody": {"content": {"application/json": {"schema": ref(Actual)}}, "required": True},
        "responses": {"200": recorded, "201": recorded} | refusals(_PROBLEMS, *statuses),
    }


def _forget() -> dict[str, Any]:
    return {
        "operationId": "forgetCustomer",
        "summary": "Delete your predictions about a customer, with their inputs and actuals.",
        "parameters": [{"name": "reference", "in": "path", "required": True, "schema": _REFERENCE}],
        "responses": {"200": answer(ref(Deleted))} | refusals(_PROBLEMS, "400", *_GUARDED),
    }


def _read(name: str, summary: str, kind: type[msgspec.Struct], *statuses: str) -> dict[str, Any]:
    return {
        "operationId": name,
        "summary": summary,
        "parameters": [_ID],
        "responses": {"200": answer(ref(kind))} | refusals(_PROBLEMS, "404", *statuses, *_GUARDED),
    }


def _query(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": schema}


def _get(name: str, summary: str, kind: type[msgspec.Struct]) -> dict[str, Any]:
    statuses = () if name == "livez" else ("503",)
    responses = {"200": answer(ref(kind))} | refusals(_PROBLEMS, *statuses)
    return {"get": {"operationId": name, "summary": summary, "responses": responses, "security": []}}
