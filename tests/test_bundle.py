"""The bundle that lies in this working tree is whole and answers as the training pipeline did."""

import shutil
from pathlib import Path

import jsonschema
import numpy as np
import onnxruntime
import pytest

from plumbline.bundle import BundleError, reading, writing
from plumbline.bundle.reading import Bundle
from plumbline.kernel import jsonfile
from plumbline.testing.repository import ROOT

BUNDLE = ROOT / "model/artifacts/bundle"


def read(bundle: Path) -> Bundle:
    return reading.read(bundle, sha256="", public_key=None)


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
    contract, golden = jsonfile.read(BUNDLE / "contract.json"), jsonfile.read(BUNDLE / "golden.json")
    session = onnxruntime.InferenceSession(BUNDLE / "model.onnx")
    feed = {}
    for number, column in enumerate(contract["columns"]):
        is_text = column["type"] == "category"
        missing, kind = ("", object) if is_text else (np.nan, np.float64)
        cells = [missing if row[column["name"]] is None else row[column["name"]] for row in golden["rows"]]
        feed[f"c{number}"] = np.array(cells, dtype=kind)[:, None]
    answers = session.run(["prediction", "lower", "upper"], feed)
    for values, name in zip(answers, ("prediction", "lower", "upper"), strict=True):
        wanted = [prediction[name] for prediction in golden["predictions"]]
        assert values[:, 0] == pytest.approx(wanted, rel=golden["relative_tolerance"])


def test_the_golden_rows_keep_the_contract() -> None:
    contract, golden = jsonfile.read(BUNDLE / "contract.json"), jsonfile.read(BUNDLE / "golden.json")
    validator = jsonschema.Draft202012Validator(contract["json_schema"])
    assert [error.message for row in golden["rows"] for error in validator.iter_errors(row)] == []
