"""Bodies on standard input are answered as the service answers them."""

import json
import os
import subprocess
import sys

from services.common.tests import toy
from services.common.tests.running import ROOT, Running


def batch(folder, sha256, *bodies):
    settings = {"PREDICT_BUNDLE_URI": str(folder), "PREDICT_BUNDLE_SHA256": sha256, "PREDICT_ALLOW_UNSIGNED": "true"}
    return subprocess.run(
        [sys.executable, "-m", "services.predict.app.batch"],
        cwd=ROOT,
        env=os.environ | settings,
        input="".join(f"{body}\n" for body in bodies),
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_line_is_answered_bit_by_bit_as_the_service_would(tmp_path):
    folder = tmp_path / "bundle"
    sha256 = toy.build(folder, toy.PLANTS)
    body = json.dumps({"inputs": [toy.row(toy.PLANTS, number) for number in range(50)]})
    with Running("predict", tmp_path / "log", bundle_uri=folder, bundle_sha256=sha256) as service:
        wanted = service.client.post("/v1/predict", content=body).json()
        described = service.client.get("/v1/model").json()

    done = batch(folder, sha256, body, body)

    first, *lines = done.stdout.splitlines()
    assert json.loads(first) == described
    assert [json.loads(line) for line in lines] == [wanted["predictions"]] * 2


def test_a_row_that_breaks_the_contract_keeps_no_other_from_its_answer(tmp_path):
    folder = tmp_path / "bundle"
    sha256 = toy.build(folder, toy.PLANTS)
    good, bad = toy.row(toy.PLANTS, 1), {"nonsense": 1}

    lines = batch(folder, sha256, json.dumps({"inputs": [good, bad, good]})).stdout.splitlines()

    first, refused, last = json.loads(lines[1])
    assert first == last == json.loads(batch(folder, sha256, json.dumps({"inputs": [good]})).stdout.splitlines()[1])[0]
    assert {error["field"] for error in refused["errors"]} >= {"/inputs/0/nonsense"}


def test_what_cannot_be_served_is_said_in_a_sentence(tmp_path):
    folder = tmp_path / "bundle"
    sha256 = toy.build(folder, toy.PLANTS)

    other, malformed = batch(folder, "0" * 64), batch(folder, sha256, "[]")

    assert (other.returncode, malformed.returncode) == (1, 1)
    assert "error: " in other.stderr
    assert malformed.stderr.endswith('error: The body must be of the form {"inputs": [row, …]}.\n')
    assert "Traceback" not in other.stderr + malformed.stderr
