import json

import pytest

from plumbline.bundle import files, reading, writing
from plumbline.tests.bundle.conftest import PARTS


def test_what_was_read_is_written_byte_for_byte(folder, sha256, tmp_path):
    read = reading.read(folder, sha256, public_key=None)

    parts = {name: getattr(read, name) for name in ("contract", "golden", "reference", "lineage")}
    again = writing.write(tmp_path / "again", model=read.files["model.onnx"], **parts)

    assert again == sha256
    assert parts == {name: part for name, part in PARTS.items() if name != "model"}


def test_the_bytes_are_sorted_and_indented_and_keep_letters_as_they_are(folder):
    content = (folder / "golden.json").read_text()

    assert content == json.dumps(json.loads(content), indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    assert "rosé" in content


def test_a_column_states_what_its_type_needs_and_nothing_else(folder):
    light, water, species = json.loads((folder / "contract.json").read_text())["columns"]

    assert light.keys() == water.keys() == {
        "name", "type", "description", "unit", "minimum", "maximum", "required", "example"
    }  # fmt: skip
    assert species.keys() == {"name", "type", "description", "unit", "categories", "required", "example"}
    assert (repr(light["minimum"]), repr(water["minimum"]), species["unit"]) == ("0.5", "10", None)


def test_a_distribution_states_what_its_column_has_and_nothing_else(folder):
    reference = json.loads((folder / "reference.json").read_text())

    assert reference["features"]["light"].keys() == {"counts", "edges", "missing"}
    assert reference["features"]["water"] == {"counts": [0], "edges": [], "missing": 3}
    assert reference["features"]["species"].keys() == {"counts", "missing"}
    assert reference["target"].keys() == {"counts", "edges"}


def test_the_folder_holds_the_bundle_and_nothing_that_lay_there_before(folder):
    (folder / "stale").write_text("")
    writing.write(folder, **PARTS)

    assert {path.name for path in folder.iterdir()} == files.REQUIRED | {"manifest.json"}


def test_a_number_that_json_lacks_leaves_what_was_there(folder):
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    golden = files.Golden(1, 1e-6, [{"light": float("nan")}], [{"prediction": 1.0, "lower": 1.0, "upper": 1.0}])

    with pytest.raises(ValueError, match="Out of range float"):
        writing.write(folder, **PARTS | {"golden": golden})
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_bundle_that_was_cut_off_leaves_what_was_there(folder, monkeypatch):
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    monkeypatch.setattr(writing, "seal", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        writing.write(folder, **PARTS)

    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert list(folder.parent.iterdir()) == [folder]
