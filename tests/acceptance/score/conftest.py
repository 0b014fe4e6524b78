"""What the tests of scoring share: a released bundle, and rows that it takes."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from plumbline.bundle import reading
from plumbline.bundle.files import Golden
from plumbline.kernel import jsonfile
from plumbline.local import stack
from plumbline.registry import signing
from services.common.tests import toy


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle") / "plants"
    toy.build(folder, toy.PLANTS, rows=32)
    return folder


@pytest.fixture(scope="module")
def environment(bundle: Path) -> dict[str, str]:
    return {
        "PREDICT_BUNDLE_URI": str(bundle),
        "PREDICT_BUNDLE_SHA256": reading.identity(bundle),
        "PREDICT_ALLOW_UNSIGNED": "true",
    }


@pytest.fixture
def golden(bundle: Path) -> pd.DataFrame:
    return pd.DataFrame(reading.part(bundle, Golden).rows)


@pytest.fixture
def house(bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder to work in, with keys that sign, and the bundle released."""
    monkeypatch.chdir(tmp_path)
    signing.prepare()
    signing.sign(bundle, signing.private_key())
    released = {"uri": str(bundle), "bundle_sha256": reading.identity(bundle)}
    jsonfile.write(stack.RELEASE, released | {"public_key": str(signing.public_key().absolute())})
    yield tmp_path
    (bundle / "bundle.sig").unlink()
