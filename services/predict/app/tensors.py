"""Rows from the tensors of the Open Inference Protocol, one tensor for each column."""

import struct
from typing import Annotated, Any

import msgspec
import numpy as np

from plumbline.bundle.contract import Contract
from services.common.problems import Problem, Violation
from services.common.sizes import Sizes

DATATYPES = {  # by a column's type
    "integer": "INT64", "number": "FP64", "boolean": "BOOL", "category": "BYTES", "date": "BYTES", "timestamp": "BYTES",
}  # fmt: skip
_FORMATS = {
    "FP64": "<f8", "FP32": "<f4", "INT64": "<i8", "INT32": "<i4", "INT16": "<i2", "INT8": "<i1",
    "UINT64": "<u8", "UINT32": "<u4", "UINT16": "<u2", "UINT8": "<u1",
    "BOOL": "?",
}  # fmt: skip
_AROUND = 16  # commas and braces of a tensor's name, shape, datatype and parameters


class Tensor(msgspec.Struct):
    """An input tensor; its values are in `data`, or in the binary part behind the JSON."""

    name: str
    shape: list[int]
    datatype: str
    data: Annotated[list[Any], msgspec.Meta(extra_json_schema={"items": {}})] | None = None
    parameters: dict[str, Any] = {}


class TensorMetadata(msgspec.Struct, frozen=True):
    """A tensor of the model; -1 stands for any number of rows."""

    name: str
    datatype: str
    shape: list[int]


class OutputTensor(msgspec.Struct, frozen=True):
    """A tensor of the answer."""

    name: str
    datatype: str
    shape: list[int]
    data: list[float | str]


class WantedTensor(msgspec.Struct):
    """An output that a request asks for."""

    name: str
    parameters: dict[str, Any] = {}


class InferenceRequest(msgspec.Struct):
    """The JSON part of a request."""

    inputs: Annotated[list[Tensor], msgspec.Meta(min_length=1)]
    id: str | None = None
    outputs: list[WantedTensor] = []


def parse(body: bytes, json_length: str | None, sizes: Sizes) -> tuple[InferenceRequest, bytes]:
    """Split a request into its JSON part and the binary part behind it.

    Source: Open Inference Protocol, REST; the binary part is Triton's extension of it.

    Raises:
        Problem: 400; the JSON part is not what the protocol asks for. 422; it holds more than any valid one.
    """
    length = int(json_length) if json_length and json_length.isdecimal() else len(body)
    document, binary = body[:length], body[length:]
    sizes.check(document, around=_AROUND)
    try:
        return msgspec.json.decode(document, type=InferenceRequest), binary
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        text = f"The body is not an inference request: {error}."
        raise Problem(400, "malformed-json", text, [Violation("", "json", str(error))]) from None


def rows(request: InferenceRequest, binary: bytes, contract: Contract) -> list[dict[str, Any]]:
    """Turn tensors into rows as a JSON body has them; NaN and the empty string are missing values.

    Raises:
        Problem: 400; a tensor's values do not fit its own description.
    """
    booleans = {column.name for column in contract.columns if column.type == "boolean"}
    count = None
    table: list[dict[str, Any]] = []
    for number, tensor in enumerate(request.inputs):
        where = f"/inputs/{number}"
        values, binary = _values(tensor, binary, where)
        if count is None:
            count = len(values)
            table = [{} for _ in values]
        if tensor.shape not in ([count], [count, 1]) or len(values) != count:
            raise _bad(f"{where}/shape", "shape", f"must be [{count}] or [{count}, 1]")
        for row, value in zip(table, values, strict=True):
            if value is not None and value == value and value != "":  # NaN is not itself
                row[tensor.name] = bool(value) if tensor.name in booleans and value in (0, 1) else value
    names = {tensor.name for tensor in request.inputs}
    missing = [column.name for column in contract.columns if column.required]
    absent = [name for name in missing if name not in names]
    if absent or not table:
        raise _bad("/inputs", "required", f"these tensors are missing: {', '.join(absent)}")
    return table


def wanted(request: InferenceRequest, known: list[TensorMetadata]) -> list[TensorMetadata]:
    """Give the outputs that a request asks for, in its order; all if it names none.

    Raises:
        Problem: 400; there is no such output.
    """
    by_name = {tensor.name: tensor for tensor in known}
    for number, asked in enumerate(request.outputs):
        if asked.name not in by_name:
            raise _bad(f"/outputs/{number}/name", "enum", f"{asked.name[:80]!r} is none of {', '.join(by_name)}")
    return [by_name[asked.name] for asked in request.outputs] or known


def _values(tensor: Tensor, binary: bytes, where: str) -> tuple[list[Any], bytes]:
    """Give a tensor's values, and what the binary part holds behind them."""
    size = tensor.parameters.get("binary_data_size")
    if size is None:
        return _flat(tensor.data or []), binary
    if not isinstance(size, int) or not 0 <= size <= len(binary):
        raise _bad(f"{where}/parameters/binary_data_size", "size", f"is {size}: too much")
    part, rest = binary[:size], binary[size:]
    try:
        if tensor.datatype == "BYTES":
            return _strings(part), rest
        return np.frombuffer(part, _FORMATS[tensor.datatype]).tolist(), rest
    except KeyError:
        raise _bad(f"{where}/datatype", "enum", f"{tensor.datatype} is not supported") from None
    except (ValueError, struct.error) as error:
        raise _bad(f"{where}/parameters/binary_data_size", "size", str(error)) from None


def _flat(data: list[Any]) -> list[Any]:
    return [item[0] if isinstance(item, list) and len(item) == 1 else item for item in data]


def _strings(part: bytes) -> list[str]:
    """Read strings, each behind its length in four bytes."""
    found, at = [], 0
    while at < len(part):
        (length,) = struct.unpack_from("<I", part, at)
        if at + 4 + length > len(part):
            raise ValueError("a string is longer than the tensor")
        found.append(part[at + 4 : at + 4 + length].decode())
        at += 4 + length
    return found


def _bad(field: str, rule: str, message: str) -> Problem:
    text = "The tensors are not as they must be; see errors."
    return Problem(400, "invalid-tensors", text, [Violation(field, rule, message)])
