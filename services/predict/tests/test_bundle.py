import json
import shutil

import boto3
import pytest

from plumbline.bundle import BundleError
from services.common.answers import Identity
from services.common.tests import toy
from services.predict.app import locations, model
from services.predict.app.locations import Location


@pytest.fixture
def folder(tmp_path):
    toy.build(tmp_path / "bundle", toy.PLANTS)
    return tmp_path / "bundle"


def load(folder, sha256=""):
    return model.load(folder, sha256, max_rows=10, public_key=None)


def test_loads_a_bundle_and_says_which_one_it_is(bundle):
    loaded = load(bundle.folder, bundle.sha256)

    assert loaded.identity == Identity(bundle.data["model"], "3", bundle.sha256)


def test_loads_a_bundle_that_nobody_registered(tmp_path):
    sha256 = toy.build(tmp_path / "bundle", toy.PLANTS, version=None)

    assert load(tmp_path / "bundle", sha256).identity.version is None


def change(folder, name, **values):
    """Change a file of a bundle that nobody has released."""
    (folder / name).write_text(json.dumps(json.loads((folder / name).read_text()) | values))
    toy.seal(folder)
    (folder / "release.json").unlink(missing_ok=True)


@pytest.mark.parametrize(
    ("answer", "why"),
    [({"prediction": 1.0, "lower": 1.0}, "an answer lacks 'upper'"),
     ({"prediction": [1.0, 2.0], "lower": 1.0, "upper": 1.0}, "the answers have different numbers of values")],
)  # fmt: skip
def test_refuses_golden_answers_of_another_form(folder, answer, why):
    predictions = json.loads((folder / "golden.json").read_text())["predictions"]
    change(folder, "golden.json", predictions=[*predictions[:-1], answer])

    with pytest.raises(BundleError, match=why):
        load(folder)


def test_refuses_a_golden_row_that_differs(folder):
    predictions = json.loads((folder / "golden.json").read_text())["predictions"]
    predictions[2]["lower"] *= 1 + 1e-5
    change(folder, "golden.json", predictions=predictions)

    with pytest.raises(BundleError, match="golden row 2: lower is"):
        load(folder)


def test_refuses_a_model_that_does_not_fit_its_contract(folder, tmp_path):
    toy.build(tmp_path / "other", toy.BIKES)
    shutil.copy(tmp_path / "other" / "model.onnx", folder / "model.onnx")
    toy.seal(folder)
    (folder / "release.json").unlink()

    with pytest.raises(
        BundleError, match=r"model\.onnx and contract\.json differ in c0, c1, c2, c3, c4, c5, c6, light"
    ):
        load(folder)


def test_refuses_what_is_no_model(folder):
    (folder / "model.onnx").write_bytes(b"not a model")
    toy.seal(folder)
    (folder / "release.json").unlink()

    with pytest.raises(BundleError, match=r"model\.onnx cannot be loaded"):
        load(folder)


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
