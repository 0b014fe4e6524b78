"""The Open Inference Protocol (V2, REST), so that existing clients and KServe work.

Source: https://github.com/kserve/open-inference-protocol, specification/protocol/inference_rest.md.
"""

import msgspec

from services.common import beside
from services.common.problems import Problem
from services.predict.app import tensors
from services.predict.app.exchange import Request, Response
from services.predict.app.model import Model
from services.predict.app.routes.predict import LONG, VARIANT_HEADER
from services.predict.app.tensors import OutputTensor, TensorMetadata
from services.predict.app.variants import Variants


class Server(msgspec.Struct, frozen=True):
    """What the server is."""

    name: str
    version: str
    extensions: list[str]


class ModelReady(msgspec.Struct, frozen=True):
    """Whether the model answers."""

    name: str
    ready: bool


class ModelMetadata(msgspec.Struct, frozen=True):
    """The model's tensors."""

    name: str
    versions: list[str]
    platform: str
    inputs: list[TensorMetadata]
    outputs: list[TensorMetadata]


class InferenceResponse(msgspec.Struct, frozen=True):
    """A tensor for each of the outputs that were asked for, with a row for each of the request's."""

    model_name: str
    outputs: list[OutputTensor]
    model_version: str | msgspec.UnsetType = msgspec.UNSET
    id: str | msgspec.UnsetType = msgspec.UNSET


def template(path: str) -> str | None:
    """Give the route of a path below /v2, or None if there is none."""
    parts = path.split("/")
    if parts[:3] != ["", "v2", "models"] or len(parts) < 4:
        return None
    parts[3] = "{model}"
    if parts[4:5] == ["versions"] and len(parts) >= 6:
        parts[4:6] = []  # the version is checked against the model's own
    return "/".join(parts)


async def server(_: Request, __: Variants) -> Response:
    """Describe the server."""
    return Response(msgspec.json.encode(Server("plumbline", "1", [])))


async def ready(request: Request, variants: Variants) -> Response:
    """Say that the model answers."""
    return Response(msgspec.json.encode(ModelReady(_model(request, variants).identity.name, ready=True)))


async def metadata(request: Request, variants: Variants) -> Response:
    """Describe the model's tensors."""
    model = _model(request, variants)
    inputs = [TensorMetadata(column.name, tensors.DATATYPES[column.type], [-1, 1]) for column in model.contract.columns]
    identity = model.identity
    versions = [identity.version] if identity.version else []
    return Response(msgspec.json.encode(ModelMetadata(identity.name, versions, "onnx", inputs, model.outcome.tensors)))


async def infer(request: Request, variants: Variants) -> Response:
    """Score the rows that the tensors hold."""
    body = await request.body()
    model = _model(request, variants)
    json_length = request.header("inference-header-content-length")
    return Response(await beside.run(len(body) > LONG, _answer, model, body, json_length))


def _answer(model: Model, body: bytes, json_length: str | None) -> bytes:
    parsed, binary = tensors.parse(body, json_length, model.reader.sizes)
    asked = tensors.wanted(parsed, model.outcome.tensors)
    rows = tensors.rows(parsed, binary, model.contract)
    # The contract's checks are those of every request.
    checked = model.reader.read(msgspec.json.encode({"inputs": rows}))
    columns = model.outcome.columns(model.score(checked))
    outputs = [
        OutputTensor(tensor.name, tensor.datatype, [len(checked), *tensor.shape[1:]], columns[tensor.name])
        for tensor in asked
    ]
    version = model.identity.version or msgspec.UNSET
    answer = InferenceResponse(model.identity.name, outputs, version, parsed.id or msgspec.UNSET)
    return msgspec.json.encode(answer)


def _model(request: Request, variants: Variants) -> Model:
    model = variants.get(request.header(VARIANT_HEADER))
    parts = request.scope.path.split("/")
    if parts[3] != model.identity.name:
        raise Problem(404, "not-found", f"The model served here is {model.identity.name}.")
    if parts[4:5] == ["versions"] and parts[5] != model.identity.version:
        raise Problem(404, "not-found", f"The version served is {model.identity.version}.")
    return model
