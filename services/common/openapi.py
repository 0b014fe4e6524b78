"""Pieces of JSON Schema that the services' OpenAPI documents are made of."""

from typing import Any

TEXT: dict[str, Any] = {"type": "string"}
NUMBER: dict[str, Any] = {"type": "number"}


def object_of(**properties: dict[str, Any]) -> dict[str, Any]:
    """Describe an object whose properties must all be there."""
    return {"type": "object", "properties": properties, "required": list(properties)}


def array_of(items: dict[str, Any]) -> dict[str, Any]:
    """Describe an array."""
    return {"type": "array", "items": items}


def ref(name: str) -> dict[str, str]:
    """Refer to a schema of the document's components."""
    return {"$ref": f"#/components/schemas/{name}"}
