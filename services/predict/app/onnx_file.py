"""The few parts of an ONNX file that a forest is made of, read without the onnx package.

Source: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto and Protocol Buffers' wire format.
"""

import struct
from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np

_TENSOR_TYPES = {1: "<f4", 2: "<u1", 6: "<i4", 7: "<i8", 11: "<f8"}


class UnsupportedError(Exception):
    """The graph is of another form than our own scorer takes."""


class Node(msgspec.Struct, frozen=True):
    """An operator; attributes are numbers, bytes, lists of them, or arrays."""

    kind: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: dict[str, Any]


class Graph(msgspec.Struct, frozen=True):
    """Operators in the order of evaluation, and constants by name."""

    nodes: tuple[Node, ...]
    constants: dict[str, Any]


def read(content: bytes) -> Graph:
    """Read a model.

    Raises:
        ValueError: It is not an ONNX model, or holds what is not needed here.
    """
    try:
        graph = _last(content, 7)
        nodes = tuple(_node(item) for item in _all(graph, 1))
        constants = dict(_tensor(item) for item in _all(graph, 5))
    except (IndexError, KeyError, struct.error, UnicodeDecodeError) as error:
        raise ValueError(f"not readable: {error!r}") from None
    return Graph(nodes, constants)


def _fields(content: bytes) -> Iterator[tuple[int, int, Any]]:
    """Give number, wire type and value of each field of a message."""
    at = 0
    while at < len(content):
        tag, at = (content[at], at + 1) if content[at] < 0x80 else _varint(content, at)
        number, wire = tag >> 3, tag & 7
        value: Any
        if wire == 0 and content[at] < 0x80:  # one byte, as most numbers are
            value, at = content[at], at + 1
        elif wire == 0:
            value, at = _varint(content, at)
        elif wire in {1, 5}:
            size = 8 if wire == 1 else 4
            value, at = content[at : at + size], at + size
        elif wire == 2:
            size, at = _varint(content, at)
            value, at = content[at : at + size], at + size
        else:
            raise ValueError(f"wire type {wire}")
        yield number, wire, value


def _varint(content: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = content[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def _all(content: bytes, number: int) -> list[Any]:
    return [value for found, _, value in _fields(content) if found == number]


def _last(content: bytes, number: int) -> Any:
    return _all(content, number)[-1]


def _texts(content: bytes, number: int) -> tuple[str, ...]:
    return tuple(item.decode() for item in _all(content, number))


def _node(content: bytes) -> Node:
    attributes = dict(_attribute(item) for item in _all(content, 5))
    kind = _texts(content, 4)[0]
    return Node(kind, _texts(content, 1), _texts(content, 2), attributes)


def _attribute(content: bytes) -> tuple[str, Any]:
    parts: dict[int, list[Any]] = {}
    for number, wire, value in _fields(content):
        parts.setdefault(number, []).append((wire, value))
    name = parts[1][0][1].decode()
    if 5 in parts:
        return name, _tensor(parts[5][-1][1])[1]
    if 9 in parts:
        return name, [value for _, value in parts[9]]
    for number in (8, 3):
        if number in parts:
            values = _integers(parts[number])
            return name, values if number == 8 else int(values[-1])
    if 2 in parts:
        return name, struct.unpack("<f", parts[2][-1][1])[0]
    if 7 in parts:
        return name, np.frombuffer(b"".join(value for _, value in parts[7]), "<f4")
    return name, parts[4][-1][1] if 4 in parts else None


def _tensor(content: bytes) -> tuple[str, Any]:
    names, kind = _texts(content, 8), int(_last(content, 2))
    if kind not in _TENSOR_TYPES:
        return (names or ("",))[-1], None
    raw = b"".join(_all(content, 9))
    if raw:
        values = np.frombuffer(raw, _TENSOR_TYPES[kind])
    elif kind in {1, 11}:
        packed = b"".join(_all(content, 4 if kind == 1 else 10))
        values = np.frombuffer(packed, _TENSOR_TYPES[kind])
    else:
        parts = [(wire, value) for number, wire, value in _fields(content) if number in {5, 7}]
        values = _integers(parts)
    return (names or ("",))[-1], values


def _integers(parts: list[tuple[int, Any]]) -> Any:
    """Give integers that are packed or written one by one."""
    values: list[int] = []
    for wire, value in parts:
        if wire == 0:
            values.append(value)
            continue
        at = 0
        while at < len(value):
            number, at = _varint(value, at)
            values.append(number)
    return np.array(values, np.uint64).astype(np.int64)  # two's complement of negative ones
