"""Two ONNX models: field by field through the protobuf message."""

from pathlib import Path
from typing import Any

import onnx

from plumbline.proof.firstdiff import values


def difference(one: Path, other: Path) -> str | None:
    """Compare the messages; the path of a difference names graph, node, attribute and index."""
    return _message(onnx.load(one), onnx.load(other), "")


def _message(one: Any, other: Any, path: str) -> str | None:
    fields = [{field.name: value for field, value in message.ListFields()} for message in (one, other)]
    for name in dict.fromkeys([*fields[0], *fields[1]]):
        found = _field(fields[0].get(name), fields[1].get(name), f"{path}.{name}")
        if found:
            return found
    return None


def _field(one: Any, other: Any, path: str) -> str | None:
    if one is None or other is None:
        return values.show(path, one, other)
    if hasattr(one, "ListFields"):
        return _message(one, other, path)
    if not hasattr(one, "add") and not hasattr(one, "append"):
        return values.walk(one, other, path)
    if len(one) != len(other):
        return values.show(f"len({path})", len(one), len(other))
    for i, (left, right) in enumerate(zip(one, other, strict=True)):
        name = getattr(left, "name", "")
        found = _field(left, right, f"{path}[{name or i}]")
        if found:
            return found
    return None
