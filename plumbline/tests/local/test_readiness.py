"""What a bundle that cannot be loaded in the real image leads to; the engine is one that refuses to run it."""

import json
from pathlib import Path

import pytest

from plumbline.bundle import files
from plumbline.kernel.errors import PlumblineError
from plumbline.local import readiness
from plumbline.tests.conftest import GOLDEN

ENGINE = """#!/bin/sh
echo "$@" >> calls
test "$1" != run || { echo "no such image" >&2; exit 1; }
"""


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "docker"
    path.write_text(ENGINE)
    path.chmod(0o755)
    return str(path)


def release(folder: Path) -> None:
    bundle = folder / "bundle"
    bundle.mkdir()
    (bundle / files.GOLDEN).write_bytes(files.encode(GOLDEN))
    content = {"uri": bundle.as_uri(), "bundle_sha256": "a" * 64, "public_key": str(folder / "signing.pub.pem")}
    (folder / ".plumbline").mkdir()
    (folder / ".plumbline/release.json").write_text(json.dumps(content))


def test_without_a_release_nothing_is_started(tmp_path: Path, engine: str) -> None:
    with pytest.raises(PlumblineError, match="run `make up`"):
        readiness.of_image(engine, "localhost/plumbline-predict:1")
    assert not (tmp_path / "calls").exists()


def test_an_image_that_does_not_start_is_named_and_its_network_removed(tmp_path: Path, engine: str) -> None:
    release(tmp_path)
    with pytest.raises(PlumblineError, match="no such image"):
        readiness.of_image(engine, "localhost/plumbline-predict:1")
    started, ended = (tmp_path / "calls").read_text().splitlines()[1], (tmp_path / "calls").read_text().splitlines()[-1]
    assert started.endswith("localhost/plumbline-predict:1")
    assert f"PREDICT_BUNDLE_SHA256={'a' * 64}" in started
    assert ended.startswith("network rm plumbline-smoke-")
