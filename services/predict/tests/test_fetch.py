import subprocess
import sys

import pytest

from plumbline.bundle import BundleError
from services.common.tests import toy
from services.common.tests.running import ROOT
from services.predict.app import fetch, model


def test_what_is_fetched_can_be_served(plants, tmp_path):
    (tmp_path / "left-by-an-earlier-attempt").write_text("")

    fetch.fetch(plants.folder.as_uri(), plants.sha256, tmp_path)

    assert model.load(tmp_path, plants.sha256, max_rows=10, public_key=None).identity.bundle_sha256 == plants.sha256
    assert {file.name for file in tmp_path.iterdir()} == {file.name for file in plants.folder.iterdir()}


def test_another_bundle_than_the_one_asked_for_is_not_fetched(plants, tmp_path):
    with pytest.raises(BundleError, match="0000 was asked for"):
        fetch.fetch(str(plants.folder), "0" * 64, tmp_path)

    assert not list(tmp_path.iterdir())


def test_a_bundle_is_not_fetched_without_its_sha256(plants, tmp_path):
    with pytest.raises(BundleError, match="is empty"):
        fetch.fetch(str(plants.folder), "", tmp_path)


def test_the_command_says_what_is_wrong_without_a_traceback(tmp_path):
    command = [sys.executable, "-m", "services.predict.app.fetch", "/no/such/folder", "0" * 64, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert done.stderr == "error: the bundle's folder /no/such/folder cannot be read: No such file or directory\n"


def test_a_signature_that_none_can_be_is_not_copied(tmp_path):
    folder, target = tmp_path / "bundle", tmp_path / "target"
    target.mkdir()
    sha256 = toy.build(folder, toy.PLANTS)
    with (folder / "bundle.sig").open("wb") as file:
        file.truncate(950 << 20)

    with pytest.raises(BundleError, match=r"bundle\.sig has .* bytes"):
        fetch.fetch(str(folder), sha256, target)

    assert not (target / "bundle.sig").exists()
