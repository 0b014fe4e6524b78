import json
import os
import shutil
import subprocess
import sys

import pytest

from plumbline.bundle import BundleError, contract, files, reading
from plumbline.tests.bundle.conftest import PARTS, edit, seal

HUGE = 1 << 32  # a hole in a file: no disk, but memory if it were read


def read(folder, sha256=""):
    return reading.read(folder, sha256, public_key=None)


def test_reads_a_bundle_and_says_which_one_it_is(folder, sha256):
    found = read(folder, sha256.upper())

    assert (found.sha256, found.version, found.release.released_at.year) == (sha256, "3", 2026)
    assert found.files["model.onnx"] == PARTS["model"]
    assert set(found.files) == files.REQUIRED | {"release.json"}


def test_reads_a_bundle_that_nobody_registered(folder):
    (folder / "release.json").unlink()

    assert read(folder).version is None


@pytest.mark.parametrize("name", ["model.onnx", "contract.json", "reference.json"])
def test_refuses_one_flipped_bit(folder, name):
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)

    with pytest.raises(BundleError, match=f"{name} has sha256"):
        read(folder)


def test_refuses_another_bundle_than_the_one_asked_for(folder):
    with pytest.raises(BundleError, match="0000 was asked for"):
        read(folder, "0" * 64)


@pytest.mark.parametrize("name", sorted(files.REQUIRED))
def test_refuses_a_missing_file(folder, name):
    (folder / name).unlink()

    with pytest.raises(BundleError, match=f"the bundle lacks {name}"):
        read(folder)


@pytest.mark.parametrize("name", sorted(files.REQUIRED))
def test_refuses_a_manifest_without_one_of_its_files(folder, name):
    (folder / name).unlink()
    seal(folder)

    with pytest.raises(BundleError, match=rf"manifest\.json does not list {name}"):
        read(folder)


def test_refuses_a_folder_without_a_manifest(folder):
    (folder / "manifest.json").unlink()

    with pytest.raises(BundleError, match=r"holds no manifest\.json: it is not a bundle"):
        read(folder)


def test_refuses_a_file_that_the_manifest_does_not_list(folder):
    (folder / "sitecustomize.py").write_text("")

    with pytest.raises(BundleError, match=r"does not list: sitecustomize\.py"):
        read(folder)


@pytest.mark.parametrize("name", ["bundle.sig", "provenance.json", "sbom.cdx.json"])
def test_allows_what_is_written_about_a_bundle_later(folder, name):
    (folder / name).write_text("{}")

    assert name not in read(folder).files


def test_refuses_a_folder_inside(folder):
    (folder / "more").mkdir()

    with pytest.raises(BundleError, match="more is not a regular file"):
        read(folder)


def test_refuses_a_symbolic_link(folder, tmp_path):
    shutil.move(folder / "model.onnx", tmp_path / "elsewhere")
    (folder / "model.onnx").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(BundleError, match=r"model\.onnx is not a regular file"):
        read(folder)


def test_refuses_a_pipe(folder):
    (folder / "model.onnx").unlink()
    os.mkfifo(folder / "model.onnx")

    with pytest.raises(BundleError, match=r"model\.onnx is not a regular file"):
        read(folder)


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", ".hidden", "release.json", "a\0b"])
def test_refuses_a_manifest_that_names_what_no_bundle_may_hold(folder, name):
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"][name] = {"sha256": "0" * 64, "size": 0}
    (folder / "manifest.json").write_text(json.dumps(manifest))

    with pytest.raises(BundleError, match="which no bundle may hold"):
        read(folder)


def test_refuses_the_release_of_another_bundle(folder):
    edit(folder / "release.json", bundle_sha256="other")

    with pytest.raises(BundleError, match="of another bundle"):
        read(folder)


def test_refuses_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(BundleError, match="cannot be read: No such file"):
        read(tmp_path / "absent")


@pytest.mark.parametrize("name", ["contract.json", "golden.json", "reference.json", "lineage.json", "release.json"])
def test_refuses_a_version_that_it_does_not_know(folder, name):
    edit(folder / name, schema_version=3)
    edit(folder / "release.json", bundle_sha256=seal(folder))

    with pytest.raises(BundleError, match=f"{name} is not as it must be: schema_version is 3, not 1 or 2"):
        read(folder)


def test_refuses_a_manifest_of_another_version(folder):
    edit(folder / "manifest.json", schema_version=3)

    with pytest.raises(BundleError, match=r"manifest\.json is not as it must be: schema_version is 3, not 1 or 2"):
        read(folder)


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff", b"[" * 100_000], ids=["empty", "list", "bytes", "nested"])
@pytest.mark.parametrize("name", ["contract.json", "golden.json", "lineage.json", "reference.json"])
def test_refuses_a_file_that_holds_something_else(folder, name, content):
    (folder / name).write_bytes(content)
    seal(folder)
    (folder / "release.json").unlink()

    with pytest.raises(BundleError, match=f"{name} is not as it must be"):
        read(folder)


@pytest.mark.parametrize("change", [{"rows": []}, {"predictions": []}, {"rows": [], "predictions": []}])
def test_refuses_golden_rows_that_prove_nothing(folder, change):
    edit(folder / "golden.json", **change)
    seal(folder)
    (folder / "release.json").unlink()

    with pytest.raises(BundleError, match=r"golden\.json is not as it must be: it needs rows, and as many predictions"):
        read(folder)


def test_reads_no_file_that_is_larger_than_the_manifest_says(folder):
    with (folder / "model.onnx").open("ab") as file:
        file.truncate(HUGE)

    with pytest.raises(BundleError, match=rf"model\.onnx has {HUGE} bytes; manifest\.json says {len(PARTS['model'])}"):
        read(folder)


@pytest.mark.parametrize("name", ["manifest.json", "release.json", "sbom.cdx.json", "provenance.json"])
def test_reads_no_text_that_is_too_large(folder, name):
    with (folder / name).open("ab") as file:
        file.truncate(HUGE)

    with pytest.raises(BundleError, match=f"{name} has {HUGE} bytes; at most"):
        read(folder)


@pytest.mark.parametrize(("size", "why"), [(1 << 40, "lists more than"), (-1, "is not as it must be")])
def test_refuses_a_manifest_that_asks_for_an_impossible_size(folder, size, why):
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"]["model.onnx"]["size"] = size
    (folder / "manifest.json").write_text(json.dumps(manifest))

    with pytest.raises(BundleError, match=rf"manifest\.json {why}"):
        read(folder)


LOADED = """
import json, sys
before = set(sys.modules)
from plumbline.bundle import contract, files, reading, writing
without_signature = sys.modules.keys() - before
from plumbline.bundle import signature
print(json.dumps([sorted(without_signature), sorted(sys.modules.keys() - before)]))
"""
MSGSPEC = {"msgspec", "typing_extensions"}  # the second one where it is installed
CRYPTOGRAPHY = {"cryptography", "_cffi_backend", "_openssl"}


def test_the_format_loads_msgspec_and_cryptography_and_nothing_heavier():
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    without_signature, every = json.loads(done.stdout)

    def foreign(modules):
        return {name.partition(".")[0] for name in modules} - sys.stdlib_module_names - {"plumbline"}

    assert {"msgspec"} <= foreign(without_signature) <= MSGSPEC
    assert {"msgspec", "cryptography"} <= foreign(every) <= MSGSPEC | CRYPTOGRAPHY
    ours = {name for name in every if name.startswith("plumbline.")}
    assert {name for name in ours if not name.startswith("plumbline.bundle")} == set()


@pytest.mark.parametrize(
    "kind",
    [contract.Contract, files.Golden, files.Reference, files.Lineage, files.Manifest],
    ids=lambda kind: kind.__name__,
)
def test_one_file_is_read_by_what_it_holds(folder, kind):
    name = f"{kind.__name__.lower()}.json"
    assert reading.part(folder, kind) == files.decode((folder / name).read_bytes(), kind, name)

    (folder / name).write_text("{}")
    with pytest.raises(BundleError, match=rf"{folder}: {name} is not as it must be"):
        reading.part(folder, kind)


def test_a_bundle_is_known_by_its_manifest(folder):
    assert reading.identity(folder) == reading.read(folder, "", None).sha256

    (folder / "manifest.json").unlink()
    with pytest.raises(BundleError, match=r"manifest\.json cannot be read"):
        reading.identity(folder)
