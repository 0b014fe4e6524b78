import json
import shutil

import boto3
import pytest

from services.common.tests import toy
from services.predict.app import locations, model
from services.predict.app.bundle import BundleError
from services.predict.app.locations import Location


@pytest.fixture
def folder(tmp_path):
    toy.build(tmp_path / "bundle", toy.PLANTS)
    return tmp_path / "bundle"


def load(folder, sha256=""):
    return model.load(folder, sha256, max_rows=10, public_key=None)


def test_loads_a_bundle_and_says_which_one_it_is(bundle):
    loaded = load(bundle.folder, bundle.sha256)

    assert loaded.identity == model.Identity(bundle.data["model"], "3", bundle.sha256)


def test_loads_a_bundle_that_nobody_registered(tmp_path):
    sha256 = toy.build(tmp_path / "bundle", toy.PLANTS, version=None)

    assert load(tmp_path / "bundle", sha256).identity.version is None


@pytest.mark.parametrize("name", ["model.onnx", "contract.json", "reference.json"])
def test_refuses_one_flipped_bit(folder, name):
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)

    with pytest.raises(BundleError, match=f"{name} has sha256"):
        load(folder)


def test_refuses_another_bundle_than_the_one_asked_for(folder):
    with pytest.raises(BundleError, match="0000 was asked for"):
        load(folder, "0" * 64)


def test_refuses_a_missing_file(folder):
    (folder / "golden.json").unlink()

    with pytest.raises(BundleError, match=r"lacks golden\.json"):
        load(folder)


def test_refuses_a_file_that_the_manifest_does_not_list(folder):
    (folder / "sitecustomize.py").write_text("")

    with pytest.raises(BundleError, match=r"does not list: sitecustomize\.py"):
        load(folder)


@pytest.mark.parametrize("name", ["bundle.sig", "provenance.json", "sbom.cdx.json"])
def test_allows_what_is_written_about_a_bundle_later(folder, name):
    (folder / name).write_text("{}")

    assert load(folder)


def test_refuses_a_folder_inside(folder):
    (folder / "more").mkdir()

    with pytest.raises(BundleError, match="more is not a regular file"):
        load(folder)


def test_refuses_a_symbolic_link(folder, tmp_path):
    shutil.move(folder / "model.onnx", tmp_path / "elsewhere")
    (folder / "model.onnx").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(BundleError, match=r"model\.onnx is not a regular file"):
        load(folder)


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", ".hidden", "release.json", "a\0b"])
def test_refuses_a_manifest_that_names_what_no_bundle_may_hold(folder, name):
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"][name] = {"sha256": "0" * 64, "size": 0}
    (folder / "manifest.json").write_text(json.dumps(manifest))

    with pytest.raises(BundleError, match="which no bundle may hold"):
        load(folder)


def test_refuses_the_release_of_another_bundle(folder):
    (folder / "release.json").write_text('{"bundle_sha256": "other", "version": "4"}')

    with pytest.raises(BundleError, match="of another bundle"):
        load(folder)


def test_refuses_a_golden_row_that_differs(folder):
    golden = json.loads((folder / "golden.json").read_text())
    golden["predictions"][2]["lower"] *= 1 + 1e-5
    (folder / "golden.json").write_text(json.dumps(golden))
    toy.seal(folder)
    (folder / "release.json").unlink()

    with pytest.raises(BundleError, match="golden row 2: lower is"):
        load(folder)


def test_refuses_a_model_that_does_not_fit_its_contract(folder, tmp_path):
    toy.build(tmp_path / "other", toy.BIKES)
    shutil.copy(tmp_path / "other" / "model.onnx", folder / "model.onnx")
    toy.seal(folder)
    (folder / "release.json").unlink()

    with pytest.raises(BundleError, match=r"model\.onnx and contract\.json differ in hour, light"):
        load(folder)


def test_refuses_what_is_no_model(folder):
    (folder / "model.onnx").write_bytes(b"not a model")
    toy.seal(folder)
    (folder / "release.json").unlink()

    with pytest.raises(BundleError, match=r"model\.onnx cannot be loaded"):
        load(folder)


def test_refuses_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(BundleError, match="cannot be read: No such file"):
        load(tmp_path / "absent")


@pytest.mark.parametrize(
    ("uri", "message"),
    [
        ("http://example.org/bundle", "scheme must be file: or s3:"),
        ("file://other-host/bundle", "names another host"),
        ("gopher:bundle", "scheme must be"),
        ("file:///nowhere/%2e%2e/bundle", "cannot be read"),
    ],
)
def test_refuses_an_address_that_is_not_ours(uri, message):
    with pytest.raises(BundleError, match=message), locations.folder(Location(uri)) as folder:
        load(folder)


def test_downloads_a_bundle_from_object_storage(bundle, moto, monkeypatch):
    settings = {
        "AWS_ENDPOINT_URL": moto, "AWS_ALLOW_HTTP": "true",
        "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_REGION": "us-east-1",
    }  # fmt: skip
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    s3 = boto3.client("s3", endpoint_url=settings["AWS_ENDPOINT_URL"])
    s3.create_bucket(Bucket="models")
    for file in bundle.folder.iterdir():
        s3.put_object(Bucket="models", Key=f"toy/one/{file.name}", Body=file.read_bytes())
    with locations.folder(Location("s3://models/toy/one", bundle.sha256)) as folder:
        loaded = load(folder, bundle.sha256)
    with pytest.raises(BundleError, match="it is not a bundle"):  # noqa: SIM117
        with locations.folder(Location("s3://models/absent")) as folder:
            load(folder)

    assert loaded.identity.bundle_sha256 == bundle.sha256
