"""The bundle that lies in this working tree is whole and answers as the training pipeline did."""

import shutil
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import onnxruntime
import pytest
from numpy.typing import NDArray

from plumbline.bundle import BundleError, moments, reading, writing
from plumbline.bundle.contract import Column
from plumbline.bundle.reading import Bundle
from plumbline.kernel import jsonfile
from plumbline.testing.repository import ROOT

BUNDLE = ROOT / "model/artifacts/bundle"


def read(bundle: Path) -> Bundle:
    return reading.read(bundle, sha256="", public_key=None)


def cells(column: Column, rows: list[dict[str, Any]]) -> NDArray[Any]:
    """Give an input of the model as docs/bundle.md has it, without the code of those who ask it."""
    values = [row[column.name] for row in rows]
    if column.type == "category":
        return np.array([[value or ""] for value in values], dtype=object)
    if column.type in ("date", "timestamp"):
        values = [value and moments.number(value, column.type) for value in values]
    return np.array([[np.nan if value is None else value] for value in values], dtype=np.float64)


def test_every_file_is_what_the_manifest_says() -> None:
    assert {path.name for path in BUNDLE.iterdir()} == {*read(BUNDLE).files, "manifest.json"}


def test_what_was_read_is_written_byte_for_byte(tmp_path: Path) -> None:
    found = read(BUNDLE)
    parts = {name: getattr(found, name) for name in ("contract", "golden", "reference", "lineage")}
    assert writing.write(tmp_path / "again", model=found.files["model.onnx"], **parts) == found.sha256


def test_one_flipped_bit_of_the_model_is_found(tmp_path: Path) -> None:
    copy = shutil.copytree(BUNDLE, tmp_path / "bundle")
    content = bytearray((copy / "model.onnx").read_bytes())
    content[len(content) // 2] ^= 1
    (copy / "model.onnx").write_bytes(content)
    with pytest.raises(BundleError, match=r"model\.onnx has sha256"):
        read(copy)


def test_the_portable_model_gives_the_golden_predictions() -> None:
    found = read(BUNDLE)
    contract, golden = found.contract, found.golden
    feed = {entry: cells(column, golden.rows) for entry, column in contract.inputs.items()}
    answers = np.hstack(onnxruntime.InferenceSession(BUNDLE / "model.onnx").run(contract.output_names, feed))
    tolerance = {"rel": golden.relative_tolerance, "abs": golden.absolute_tolerance}
    assert answers == pytest.approx(np.array(golden.values(contract.output_names)), **tolerance)


def test_the_golden_rows_keep_the_contract() -> None:
    contract, golden = jsonfile.read(BUNDLE / "contract.json"), jsonfile.read(BUNDLE / "golden.json")
    validator = jsonschema.Draft202012Validator(contract["json_schema"])
    assert [error.message for row in golden["rows"] for error in validator.iter_errors(row)] == []
