import json

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from plumbline.bundle import files
from plumbline.kernel import hashing
from plumbline.registry import release, signing


@pytest.fixture
def released(workspace):
    return workspace.register("a")


@pytest.fixture
def folder(workspace, released):
    return workspace.store / "toys" / released["bundle_sha256"]


def test_everything_beside_the_manifest_is_signed(folder):
    release.verify(folder)

    assert {path.name for path in folder.iterdir()} == {
        files.MANIFEST, *files.REQUIRED, *files.BESIDE,
    }  # fmt: skip


def test_releasing_again_changes_no_byte(workspace, folder, released):
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    assert workspace.register_built() == released
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_releasing_again_mends_what_was_altered(workspace, folder, released):
    (folder / "release.json").write_text(json.dumps(released | {"git_commit": "0" * 40}))

    workspace.register_built()

    release.verify(folder)
    assert json.loads((folder / "release.json").read_bytes())["git_commit"] == released["git_commit"]


def test_releasing_again_signs_with_the_key_that_signs_now(workspace, folder):
    signing.private_key().unlink()
    signing.prepare()

    workspace.register_built()

    assert signing.made_by(folder, signing.private_key())
    release.verify(folder)


def test_the_parts_list_is_valid_and_names_model_data_and_packages(folder, released):
    text = (folder / files.SBOM).read_text()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None

    parts = json.loads(text)

    model = parts["metadata"]["component"]
    assert (model["type"], model["name"], model["version"]) == ("machine-learning-model", "toys", "1")
    assert model["hashes"] == [{"alg": "SHA-256", "content": released["bundle_sha256"]}]
    assert {(part["type"], part["name"]) for part in parts["components"]} == {
        ("data", "data/raw/train.tsv"), ("library", "onnx"),
    }  # fmt: skip


def test_the_provenance_names_every_file_and_what_it_was_built_from(workspace, folder, released):
    statement = json.loads((folder / "provenance.json").read_text())

    assert statement["predicateType"] == "https://slsa.dev/provenance/v1"
    subjects = {subject["name"]: subject["digest"]["sha256"] for subject in statement["subject"]}
    assert subjects == {name: hashing.digest(folder / name) for name in (files.MANIFEST, *files.REQUIRED)}
    definition = statement["predicate"]["buildDefinition"]
    digests = [part["digest"] for part in definition["resolvedDependencies"] if "digest" in part]
    assert {"gitCommit": workspace.git("rev-parse", "HEAD")} in digests
    assert {"sha256": hashing.digest(workspace.root / "dvc.lock")} in digests
    assert statement["predicate"]["runDetails"]["byproducts"] == [
        {"name": "gate.json", "digest": {"sha256": hashing.digest(workspace.gate)}}
    ]
    assert statement["predicate"]["runDetails"]["metadata"]["invocationId"] == released["run_id"]
