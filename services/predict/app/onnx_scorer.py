"""Scoring by ONNX Runtime: any graph that docs/bundle.md allows."""

from typing import Any

import msgspec
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from plumbline.bundle import BundleError
from plumbline.bundle.contract import Contract


class OnnxScorer:
    """Scores rows with the bundle's model.onnx."""

    def __init__(self, model: bytes, contract: Contract, row_type: type[msgspec.Struct]) -> None:
        """Load the model.

        Args:
            model: Content of model.onnx.
            contract: Names the model's inputs.
            row_type: What `RowReader.read` gives.

        Raises:
            BundleError: The model cannot be loaded, or does not fit the contract.
        """
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3  # errors only: they are raised as well
        try:
            self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        except Exception as error:
            raise BundleError(f"model.onnx cannot be loaded: {error}") from None
        _check(self._session, contract)
        self._outputs = contract.output_names
        columns = {column.name: (entry, column.type == "category") for entry, column in contract.inputs.items()}
        # In the order of the struct's fields, which differs from the contract's.
        self._columns = [columns[field.encode_name] for field in msgspec.structs.fields(row_type)]

    def score(self, rows: list[Any]) -> NDArray[np.float64]:
        """Score rows.

        Returns:
            Shape (rows, width): the outputs of the contract, side by side.
        """
        columns = zip(*map(msgspec.structs.astuple, rows), strict=True)
        feeds = {
            name: _texts(values) if is_category else np.array(values, np.float64)[:, None]
            for (name, is_category), values in zip(self._columns, columns, strict=True)
        }
        return np.hstack(self._session.run(self._outputs, feeds))


def _texts(values: tuple[str | None, ...]) -> NDArray[np.object_]:
    return np.array([value or "" for value in values], dtype=object)[:, None]


def _check(session: Any, contract: Contract) -> None:
    found = {item.name: item.type for item in session.get_inputs()}
    expected = {
        entry: "tensor(string)" if column.type == "category" else "tensor(double)"
        for entry, column in contract.inputs.items()
    }
    if found != expected:
        differing = sorted(name for name in found | expected if found.get(name) != expected.get(name))
        raise BundleError(f"model.onnx and contract.json differ in {', '.join(differing)}")
    outputs = {item.name: item.type for item in session.get_outputs()}
    names = contract.output_names
    if outputs != dict.fromkeys(names, "tensor(double)"):
        raise BundleError(f"model.onnx has the outputs {outputs}; it must have {', '.join(names)} as doubles")
