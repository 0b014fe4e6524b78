import pytest

from plumbline.testing.keys import Key
from services.common.tests import toy
from services.common.tests.running import Running
from services.predict.app import model


@pytest.fixture
def key(tmp_path):
    return Key(tmp_path, "ours")


@pytest.fixture
def folder(tmp_path, key):
    toy.build(tmp_path / "bundle", toy.PLANTS)
    key.sign(tmp_path / "bundle")
    return tmp_path / "bundle"


def test_loads_what_the_library_signed(folder, key):
    assert model.load(folder, "", max_rows=10, public_key=key.public).identity.version == "3"


@pytest.mark.parametrize("spoil", ["unsigned", "signed by another key"])
def test_the_service_stays_unready_and_says_why(folder, key, tmp_path, spoil):
    if spoil == "unsigned":
        (folder / "bundle.sig").unlink()
    else:
        Key(tmp_path, "theirs").sign(folder)
    settings = {"bundle_uri": folder, "allow_any_bundle": "true", "public_key": key.public, "retry_seconds": 0.1}
    with Running("predict", tmp_path / "log", wait_for="/livez", **settings) as service:
        reason = "not signed" if spoil == "unsigned" else "was not made by a key"
        service.wait("/readyz", 503, said=reason)

        key.sign(folder)
        service.wait("/readyz")
