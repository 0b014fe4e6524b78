"""What scores takes the bundle that its environment names, or else the last release."""

from pathlib import Path

import pytest

from plumbline.kernel import jsonfile
from plumbline.local import stack

RELEASED = {"uri": "file:/released", "bundle_sha256": "1" * 64, "public_key": "released.pem"}
NAMED = {
    "PREDICT_BUNDLE_URI": "s3://models/m",
    "PREDICT_BUNDLE_SHA256": "2" * 64,
    "PREDICT_PUBLIC_KEY": "/keys/signing.pub.pem",
}


def test_a_job_of_a_cluster_scores_with_the_bundle_of_its_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in NAMED.items():
        monkeypatch.setenv(name, value)

    assert stack.scoring() == NAMED


def test_without_one_it_is_the_last_release(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PREDICT_BUNDLE_URI", raising=False)
    stack.RELEASE.parent.mkdir()
    jsonfile.write(stack.RELEASE, RELEASED)

    assert stack.scoring() == stack.serving(RELEASED)
